import type { PDFPageProxy } from 'unpdf/pdfjs';
import { glyphsOf } from './page-drawing.ts';
import { plainLetters, type TextRun } from './text-run.ts';

/** What a ligature of lam and another letter looks like when the two were swapped, and what many words have: lam behind another. */
const SUSPECT = /[\u0621-\u064a]\u0644/;
const FROM_THE_RIGHT = /[\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufeff]/;
/** Letters: a shorter piece of a word may be part of others, and is only corrected where it is a whole one. */
const LONG_PIECE = 4;

/**
 * Puts the letters of ligatures into their order. pdf.js turns lines that are read from the right around letter by letter, and so the
 * letters of one glyph too; only the glyphs tell them from the same letters as two.
 */
export async function withLigatures(page: PDFPageProxy, runs: readonly TextRun[]): Promise<readonly TextRun[]> {
  if (!runs.some(({ text, rightToLeft }) => rightToLeft && SUSPECT.test(text))) return runs;
  const corrections = new Map<string, string>();
  for (const glyphs of await glyphsOf(page)) {
    for (const word of wordsOf(glyphs)) {
      if (!word.some((letters) => letters.length > 1 && FROM_THE_RIGHT.test(letters))) continue;
      const turned = [...word.join('')].reverse().join('');
      const right = word.toReversed().join('');
      if (turned !== right) corrections.set(turned, right);
    }
  }
  if (corrections.size === 0) return runs;
  return runs.map((run) => (run.rightToLeft ? { ...run, text: corrected(run.text, corrections) } : run));
}

function wordsOf(glyphs: readonly string[]): string[][] {
  const words: string[][] = [[]];
  for (const glyph of glyphs.map(plainLetters)) {
    if (glyph.trim() !== '') words.at(-1)?.push(glyph);
    else if (glyph !== '') words.push([]);
  }
  return words.filter((word) => word.length > 0);
}

function corrected(text: string, corrections: ReadonlyMap<string, string>): string {
  return text.replace(/\S+/g, (word) => {
    const whole = corrections.get(word);
    if (whole !== undefined) return whole;
    if (!SUSPECT.test(word)) return word;
    for (const [turned, right] of corrections) {
      if (turned.length >= LONG_PIECE && word.includes(turned)) return word.replace(turned, right);
    }
    return word;
  });
}
