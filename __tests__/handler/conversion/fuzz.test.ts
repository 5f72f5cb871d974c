import { once } from 'node:events';
import { readdirSync, readFileSync } from 'node:fs';
import { Worker } from 'node:worker_threads';
import fc from 'fast-check';

const samples = new URL('../../../samples/', import.meta.url);
const OUTCOMES = ['converted', 'empty', 'unsupported', 'corrupt', 'encrypted', 'needs-ocr', 'too-large'];
const DOCUMENTS_EACH = 60;
/** For one document; far above what any takes. */
const HANG_MILLISECONDS = 5000;

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

test.each(readdirSync(samples))('%s, cut or with flipped bits, is converted or refused', async (filename) => {
  const bytes = readFileSync(new URL(filename, samples));
  const property = fc.asyncProperty(damage, async (how) => {
    const answer = once(worker, 'message', { signal: AbortSignal.timeout(HANG_MILLISECONDS) });
    worker.postMessage({ bytes: damaged(bytes, how), filename });
    expect(OUTCOMES).toContain((await answer)[0]);
  });
  await fc.assert(property, { numRuns: DOCUMENTS_EACH, endOnFailure: true });
});
