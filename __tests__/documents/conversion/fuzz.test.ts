import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';
import { docxParts, paragraph } from './office/make-docx.ts';
import { line, makePptx, shape } from './office/make-pptx.ts';
import { makeXlsx } from './office/make-xlsx.ts';
import { makeZip } from './office/make-zip.ts';
import { SAMPLES } from './samples.ts';

const OUTCOMES = ['converted', 'empty', 'unsupported', 'corrupt', 'encrypted', 'needs-ocr', 'too-large'];
/** Of each document; more than a thousand in all. */
const DAMAGES = 90;
/** Only a conversion that hangs takes so long, on whatever machine. */
const HANG_MILLISECONDS = 60_000;

type Damage = { readonly cut: number } | { readonly bits: readonly (readonly [place: number, bit: number])[] };

/** Places are shares of the document's length, 0 to 1. */
const place = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
const damage: fc.Arbitrary<Damage> = fc.oneof(
  fc.record({ cut: place }),
  fc.record({ bits: fc.array(fc.tuple(place, fc.nat(7)), { minLength: 1, maxLength: 40 }) }),
);

function damaged(bytes: Uint8Array, how: Damage): Uint8Array {
  if ('cut' in how) return bytes.slice(0, Math.floor(how.cut * bytes.length));
  const copy = Uint8Array.from(bytes);
  for (const [at, bit] of how.bits) {
    const index = Math.floor(at * copy.length);
    copy[index] = (copy[index] ?? 0) ^ (1 << bit);
  }
  return copy;
}

let worker: Worker;
beforeAll(() => {
  worker = new Worker(new URL('./fuzz-worker.ts', import.meta.url), { execArgv: [] });
});
afterAll(() => worker.terminate());

/** Not compressed, so that damage reaches their XML. */
const stored: [filename: string, bytes: Uint8Array][] = [
  ['stored.docx', makeZip(docxParts(paragraph('Some text.')), { method: 'store' })],
  ['stored.pptx', makePptx([{ shapes: shape('type="body"', line('Some text.')), notes: 'Notes.' }], {}, 'store')],
  [
    'stored.xlsx',
    makeXlsx(
      [{ name: 'Sheet', rows: '<row r="2"><c r="B2" s="0"><f>1</f><v>42729.5</v></c><c t="s"><v>0</v></c></row>' }],
      {
        strings: '<si><t>Text</t></si>',
        formats: ['yyyy-mm-dd'],
        zip: { method: 'store' },
      },
    ),
  ],
];
test.each([...SAMPLES, ...stored])(
  '%s, cut or with flipped bits, is converted or refused',
  async (filename, bytes) => {
    const property = fc.asyncProperty(damage, async (how) => {
      const answer = once(worker, 'message', { signal: AbortSignal.timeout(HANG_MILLISECONDS) });
      worker.postMessage({ bytes: damaged(bytes, how), filename });
      expect(OUTCOMES).toContain((await answer)[0]);
    });
    await fc.assert(property, { numRuns: DAMAGES, endOnFailure: true });
  },
  4 * HANG_MILLISECONDS,
);
