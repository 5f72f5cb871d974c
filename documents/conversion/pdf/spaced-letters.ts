import type { PDFPageProxy } from 'unpdf/pdfjs';
import { glyphsOf } from './page-drawing.ts';
import type { TextRun } from './text-run.ts';

/** A piece of nothing but single letters. */
const SPACED = /^\p{L}(?: \p{L}){2,}$/u;
const VOWEL = /[aeiouyäöüáàâéèêíîóôúû]/iu;
/** Letters that a word has at least, where nothing else tells it from an enumeration. */
const CERTAIN = 5;

/**
 * Joins the letters of words that are set wide, as headings often are: pdf.js takes the gaps between them for spaces. Only the spaces
 * among the glyphs are ones.
 */
export async function withoutSpacedLetters(page: PDFPageProxy, runs: readonly TextRun[]): Promise<readonly TextRun[]> {
  if (!runs.some(({ text }) => SPACED.test(text))) return runs;
  const drawn = (await glyphsOf(page)).flat().join('');
  // Where each letter stands among the glyphs.
  const places = [...drawn.matchAll(/\S/g)].map(({ index }) => index);
  const letters = drawn.replace(/\s/g, '');
  const asDrawn = (text: string) => {
    const start = letters.indexOf(text);
    if (start < 0) return undefined;
    return drawn.slice(places[start], (places[start + text.length - 1] as number) + 1).replace(/\s+/g, ' ');
  };
  return runs.map((run) => {
    if (!SPACED.test(run.text)) return run;
    const text = run.text.replaceAll(' ', '');
    const known = asDrawn(text);
    if (known !== undefined && known !== run.text) return { ...run, text: known };
    return known === undefined && isWord(text) ? { ...run, text } : run;
  });
}

/** Letters that are drawn one by one may be either. */
function isWord(letters: string): boolean {
  const isEnumeration = [...letters].every((letter, i) => i === 0 || letter > (letters[i - 1] as string));
  return letters.length >= CERTAIN && VOWEL.test(letters) && !isEnumeration;
}
