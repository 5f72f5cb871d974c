import { analyse } from 'chardet';
import { encodingNamed } from './decode-text.ts';

/** chardet's time grows with the text, and more of it says nothing new. */
const SAMPLE_BYTES = 16_384;
const FALLBACK = 'windows-1252';

/**
 * The encoding that a text most likely has. chardet knows how frequent letters are; of a short text it takes the wrong bytes for rare
 * letters, so what each encoding makes of them counts as well: a text consists of letters, and is in no other encoding full of signs.
 */
export function guessEncoding(bytes: Uint8Array): string {
  const first = Math.max(
    0,
    bytes.findIndex((byte) => byte >= 0x80),
  );
  const start = bytes.lastIndexOf(0x0a, first) + 1;
  const sample = bytes.subarray(first - start < SAMPLE_BYTES / 2 ? start : first).subarray(0, SAMPLE_BYTES);
  const scores = analyse(sample).flatMap(({ name, confidence }) => {
    const encoding = encodingNamed(name);
    return encoding === undefined ? [] : [{ encoding, score: confidence * shareOfLetters(sample, encoding) }];
  });
  const best = scores.reduce((most, next) => (next.score > most.score ? next : most), { encoding: FALLBACK, score: 0 });
  return best.encoding;
}

/** Of what is not ASCII. Half-width Japanese is what other encodings look like as Shift_JIS. */
function shareOfLetters(sample: Uint8Array, encoding: string): number {
  const text = new TextDecoder(encoding).decode(sample);
  const foreign = text.match(/[^\0-\x7f]/gu)?.length ?? 0;
  const letters = text.match(/(?=[^\0-\x7f])[\p{L}\p{M}](?<![\uff61-\uff9f])/gu)?.length ?? 0;
  return foreign === 0 ? 0 : letters / foreign;
}
