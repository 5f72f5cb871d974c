import { makePdf } from '../../../../bench/documents/make-pdf.ts';
import { segmentsOf } from '../../../../documents/conversion/pdf/segment.ts';
import type { TextRun } from '../../../../documents/conversion/pdf/text-run.ts';
import { convert } from '../local-conversion.ts';

const run = (text: string, x: number, width: number): TextRun => ({
  ...{ text, x, width, y: 100, size: 10, artifact: false, rightToLeft: /[\u0590-\u06ff]/.test(text) },
});
const textsOf = (...runs: TextRun[]) => segmentsOf(runs).map(({ text }) => text);

test('the pieces of a line that is read from the right are put into that order, whichever was drawn first', () => {
  const [right, left] = [run('זה', 100, 20), run('הבית', 70, 27)];
  expect(textsOf(right, left)).toEqual(['זה הבית']);
  expect(textsOf(left, right)).toEqual(['זה הבית']);
});

test('words of another script within it are read from the left', () => {
  expect(textsOf(run('של', 20, 17), run('Cloud', 40, 25), run('Tasks', 68, 25), run('השפה הראשונה', 96, 60))).toEqual([
    'השפה הראשונה Cloud Tasks של',
  ]);
});

test('a change of script is a change of word, although no space is drawn', () => {
  expect(textsOf(run('שפה', 100, 20), run('R', 95, 5), run('של', 80, 15))).toEqual(['שפה R של']);
});

test('lines that are read from the left stay as they are drawn', () => {
  expect(textsOf(run('One', 20, 15), run('two', 38, 15))).toEqual(['One two']);
});

/** Glyphs in the order of the page, each with the letters that it stands for. */
async function arabic(...glyphs: string[]): Promise<string> {
  const codes = new Map([...new Set(glyphs)].map((letters, i) => [letters, (0x41 + i).toString(16)]));
  const utf16 = (letters: string) => [...letters].map((letter) => letter.charCodeAt(0).toString(16).padStart(4, '0'));
  const map = [...codes].map(([letters, code]) => `<${code}> <${utf16(letters).join('')}>`).join('\n');
  const stream =
    '/CIDInit /ProcSet findresource begin 12 dict begin begincmap /CMapName /X def /CMapType 2 def ' +
    `1 begincodespacerange <00> <FF> endcodespacerange ${codes.size} beginbfchar ${map} endbfchar endcmap end end`;
  const font = '<< /Type /Font /Subtype /Type1 /BaseFont /Courier /Encoding /WinAnsiEncoding /ToUnicode 5 0 R >>';
  const objects = [`<< /Length ${stream.length} >>\nstream\n${stream}\nendstream`];
  const text = Buffer.from(glyphs.map((letters) => codes.get(letters)).join(''), 'hex').toString('latin1');
  const { markdown } = await convert(makePdf([[{ text, x: 60, y: 500 }]], { font, objects }), 'x.pdf');
  return markdown.split('\n')[2] as string;
}

test.each([
  ['two letters', ['م', 'ا', 'ل', 'س'], 'سلام'],
  ['a ligature of the two', ['م', 'لا', 'س'], 'سلام'],
  ['a ligature behind an article', ['ة', 'ي', 'ج', 'ا', 'ت', 'ن', 'لإ', 'ا'], 'الإنتاجية'],
  ['a form of its own', ['\ufee1', '\ufefc', '\ufeb3'], 'سلام'],
])('lam and alef as %s are read in their order', async (_, glyphs, word) => {
  expect(await arabic(...glyphs)).toBe(word);
});
