import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { scratchFolder } from '../cli/scratch-folder.ts';
import { bundleConverter } from './conversion-bundle.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';

const SAMPLES = path.join(import.meta.dirname, '..', 'samples');
const DOCUMENTS = {
  PDF: 'delivery-note.pdf',
  DOCX: 'project-proposal.docx',
  PPTX: 'ferry-timetable.pptx',
  XLSX: 'orchard-harvest.xlsx',
  HTML: 'meeting-record.html',
  CSV: 'lighthouse-stock.csv',
  Markdown: 'sensor-specification.md',
};
const MOST_MILLISECONDS = 3;
/** Until V8 has made of the code what it will. */
const WARM_UP_DOCUMENTS = 20;

/** A small document of each format in a running handler, against its converter on the thread that calls it and three milliseconds. */
export const conversionThreads: Measurement = {
  name: 'conversion-threads',
  async measure({ runs, signal }) {
    await using folder = await scratchFolder('bench-');
    const { converter, convertHere } = await bundleConverter(folder.path);
    const comparisons = [];
    for (const [format, filename] of Object.entries(DOCUMENTS)) {
      const source = { bytes: new Uint8Array(await readFile(path.join(SAMPLES, filename))), filename };
      const kinds = {
        thread: () => converter.convert(source, { signal, ocr: 'auto', method: 'auto' }),
        here: () => convertHere(source),
      };
      for (let document = 0; document < WARM_UP_DOCUMENTS; document++) {
        await kinds.thread();
        await kinds.here();
      }
      const { thread, here } = await interleave(runs, {
        thread: () => millisecondsOf(kinds.thread),
        here: () => millisecondsOf(kinds.here),
      });
      comparisons.push({
        what: `${format} in a running handler`,
        baselineName: `its converter + ${MOST_MILLISECONDS} ms`,
        unit: 'ms' as const,
        measured: median(thread),
        baseline: median(here) + MOST_MILLISECONDS,
        aim: { timesBaseline: 1 },
      });
    }
    return comparisons;
  },
};

async function millisecondsOf(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
