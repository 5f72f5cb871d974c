import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { bundleHandler } from '../bundle.ts';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { fiftyPages, PAGES } from './documents/fifty-pages.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { millisecondsOfNode } from './node-process.ts';

const SCRIPTS = path.join(import.meta.dirname, 'documents');
const CONVERSION = 'documents/conversion';

/**
 * A PDF of fifty pages to Markdown, against its plain text by the bare library in a fresh process.
 *
 * A running handler has a thread that waits with its libraries loaded, where the baseline starts a process. The first conversion of all
 * has nothing: it is measured as a process from its start, also against one that converts on its own thread, which shows what a thread for each
 * document costs. The bare library finds neither headings nor tables, forms nor remarks.
 * 0.9 of the library's pages/s are 1.11 times its milliseconds.
 */
export const conversionSpeed: Measurement = {
  name: 'conversion-speed',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const inFolder = (name: string) => path.join(folder.path, name);
    const [pdf, onThread, here] = [inFolder('fifty-pages.pdf'), inFolder('on-thread.mjs'), inFolder('here.mjs')];
    const bytes = fiftyPages();
    await writeFile(pdf, bytes);
    await bundleHandler(onThread, { entryPoint: `${CONVERSION}/local-converter.ts` });
    await bundleHandler(here, { entryPoint: `${CONVERSION}/convert-by-type.ts`, converters: false });
    const { createLocalConverter } = (await import(
      pathToFileURL(onThread).href
    )) as typeof import('../documents/conversion/local-converter.ts');
    const converter = createLocalConverter();
    const inHandler = async () => {
      const started = performance.now();
      await converter.convert({ bytes, filename: pdf }, { signal, ocr: 'auto', method: 'auto' });
      return performance.now() - started;
    };
    const inProcess = (script: string, ...words: string[]) =>
      millisecondsOfNode([path.join(SCRIPTS, script), ...words], { signal });
    const samples = await interleave(runs, {
      bare: () => inProcess('extract-once.mjs', pdf),
      running: inHandler,
      first: () => inProcess('convert-once.mjs', onThread, pdf),
      here: () => inProcess('convert-here.mjs', here, pdf),
    });
    const what = `${PAGES} pages of PDF in a`;
    const fresh = { what: `${what} fresh process`, unit: 'ms', measured: median(samples.first) } as const;
    const againstBare = {
      baselineName: 'their text by bare unpdf',
      unit: 'ms',
      baseline: median(samples.bare),
      aim: { timesBaseline: 1.11 },
    } as const;
    return [
      { ...againstBare, what: `${what} running handler`, measured: median(samples.running) },
      { ...againstBare, ...fresh },
      {
        ...fresh,
        baselineName: 'the same without a thread',
        baseline: median(samples.here),
        aim: { timesBaseline: 1.25 },
      },
    ];
  },
};
