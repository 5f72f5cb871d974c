import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { bundleConverter } from './conversion-bundle.ts';
import { fiftyPages, PAGES } from './documents/fifty-pages.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { millisecondsOfNode } from './node-process.ts';

const SCRIPTS = path.join(import.meta.dirname, 'documents');

/**
 * A PDF of fifty pages to Markdown, against its plain text by the bare library in a fresh process.
 *
 * A running handler has a thread that waits with its libraries loaded, where the baseline starts a process. The first conversion of all
 * has nothing: it is measured as a process from its start.
 * 0.9 of the library's pages/s are 1.11 times its milliseconds.
 */
export const conversionSpeed: Measurement = {
  name: 'conversion-speed',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const bytes = fiftyPages();
    const pdf = path.join(folder.path, 'fifty-pages.pdf');
    await writeFile(pdf, bytes);
    const { file, converter } = await bundleConverter(folder.path);
    const inHandler = async () => {
      const started = performance.now();
      await converter.convert({ bytes, filename: pdf }, { signal, ocr: 'auto', method: 'auto' });
      return performance.now() - started;
    };
    const samples = await interleave(runs, {
      bare: () => millisecondsOfNode([path.join(SCRIPTS, 'extract-once.mjs'), pdf], { signal }),
      running: inHandler,
      first: () => millisecondsOfNode([path.join(SCRIPTS, 'convert-once.mjs'), file, pdf], { signal }),
    });
    const shared = {
      baselineName: 'their text by bare unpdf',
      unit: 'ms',
      baseline: median(samples.bare),
      aim: { timesBaseline: 1.11 },
    } as const;
    return [
      { ...shared, what: `${PAGES} pages of PDF in a running handler`, measured: median(samples.running) },
      { ...shared, what: `${PAGES} pages of PDF in a fresh process`, measured: median(samples.first) },
    ];
  },
};
