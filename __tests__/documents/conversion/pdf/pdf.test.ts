import { readFileSync } from 'node:fs';
import { makePdf, type PdfOptions, type PdfText } from '../../../../bench/documents/make-pdf.ts';
import { convertByType } from '../../../../documents/conversion/convert-by-type.ts';
import { DEFAULT_LIMITS } from '../../../../documents/conversion/limits.ts';
import { convert, refusal, utf8 } from '../local-conversion.ts';

async function markdownOf(pages: readonly (readonly PdfText[])[], options?: PdfOptions): Promise<string> {
  return (await convert(makePdf(pages, options), 'x.pdf')).markdown;
}

/** Lines 12 points apart from a height downwards. */
function lines(texts: readonly string[], x = 50, y = 700, size = 10): PdfText[] {
  return texts.map((text, i) => ({ text, x, y: y - 12 * i, size }));
}

function row(y: number, ...cells: [x: number, text: string][]): PdfText[] {
  return cells.map(([x, text]) => ({ text, x, y }));
}

const PROSE = [
  'The quick brown fox jumps over the lazy dog and then rests in the',
  'shade of an old oak until the evening comes and the air is cool.',
];

test('pages are counted and stand behind their anchors', async () => {
  const conversion = await convert(makePdf([lines(['One.']), [], lines(['Three.'])]), 'x.pdf');
  expect(conversion).toMatchObject({ type: 'pdf', pages: 3 });
  expect(conversion.markdown).toBe('<!-- page 1 -->\n\nOne.\n\n<!-- page 2 -->\n\n<!-- page 3 -->\n\nThree.\n');
});

test('title and author come from its information', async () => {
  const info = { Title: 'On foxes (2nd)', Author: 'The foundation' };
  expect(await convert(makePdf([lines(PROSE)], { info }), 'x.pdf')).toMatchObject({
    title: 'On foxes (2nd)',
    author: 'The foundation',
  });
});

test('lines become paragraphs, and divided words whole', async () => {
  const texts = [...lines(['A first para-', 'graph in two lines.']), ...lines(['A second one.'], 50, 660)];
  expect(await markdownOf([texts])).toContain('A first paragraph in two lines.\n\nA second one.');
});

test('larger text is a heading, its level by its size', async () => {
  const texts = [
    { text: 'Foxes', x: 50, y: 780, size: 24 },
    { text: 'Habits', x: 50, y: 740, size: 14 },
    ...lines(PROSE),
    { text: 'Food', x: 50, y: 640, size: 14 },
    ...lines(PROSE, 50, 620),
  ];
  const markdown = await markdownOf([texts]);
  expect(markdown.match(/^#.*/gm)).toEqual(['# Foxes', '## Habits', '## Food']);
});

test('a size that also sets long text makes no headings', async () => {
  const large = lines([...PROSE, ...PROSE, ...PROSE], 50, 800, 14);
  const small = Array.from({ length: 20 }, (_, i) => lines(PROSE, 50, 700 - 30 * i)).flat();
  expect(await markdownOf([[...large, ...small]])).not.toContain('#');
});

test('cells under each other are a table', async () => {
  const texts = [
    ...row(700, [50, 'Item'], [200, 'Amount'], [300, 'Price']),
    ...row(685, [50, 'Apples'], [200, '12'], [300, '3.50']),
    ...row(670, [50, 'Bread'], [300, '2.10']),
  ];
  expect(await markdownOf([texts])).toContain(
    '| Item | Amount | Price |\n| --- | --- | --- |\n| Apples | 12 | 3.50 |\n| Bread |  | 2.10 |',
  );
});

test('a cell of two lines stays one cell', async () => {
  const texts = [
    ...row(700, [50, 'Item'], [200, 'Work'], [400, 'Price']),
    ...row(680, [50, 'Ledger'], [200, 'New spine and']),
    { text: 'new boards', x: 200, y: 668 },
    ...row(680, [400, '86.00']),
    ...row(640, [50, 'Map'], [200, 'Lined'], [400, '20.00']),
  ];
  expect(await markdownOf([texts])).toContain('| Ledger | New spine and new boards | 86.00 |');
});

test('two columns of prose are no table, and read one after the other', async () => {
  const left = lines(['Left one is here in some words', 'left two is here in some words', 'left three ends.'], 50);
  const right = lines(['Right one is here in some words', 'right two is here in some words', 'right three ends.'], 310);
  expect(await markdownOf([[...left, ...right]])).toContain(
    'Left one is here in some words left two is here in some words left three ends.\n\n' +
      'Right one is here in some words right two is here in some words right three ends.',
  );
});

test('bullets and numbers make lists, nested by their indent', async () => {
  const texts = [
    ...row(700, [50, '\x95'], [64, 'fruit']),
    ...row(688, [80, '\x95'], [94, 'apples']),
    ...row(676, [50, '\x95'], [64, 'bread']),
    ...row(640, [50, '1.'], [70, 'first']),
  ];
  expect(await markdownOf([texts])).toContain('- fruit\n    - apples\n- bread\n1. first');
});

test('headers and page numbers that repeat stay once or not at all', async () => {
  const page = (number: number) => [
    { text: 'Annual report', x: 50, y: 815 },
    ...lines([`Text of page ${number}.`]),
    { text: String(number), x: 300, y: 20 },
  ];
  expect(await markdownOf([page(1), page(2), page(3)])).toBe(
    '<!-- page 1 -->\n\nAnnual report\n\nText of page 1.\n\n<!-- page 2 -->\n\nText of page 2.\n\n<!-- page 3 -->\n\nText of page 3.\n',
  );
});

test('a sentence of the text that recurs behind the first line of its own stays', async () => {
  const clause = 'The tenant keeps the berth clean at all times.';
  const page = (number: number) => [
    { text: `Lease 4711 - page ${number}`, x: 50, y: 815 },
    { text: ['Mooring', 'Cranes', 'Water'][number - 1] as string, x: 50, y: 790 },
    { text: clause, x: 50, y: 770 },
    ...lines([`Text of page ${number}.`]),
  ];
  const markdown = await markdownOf([page(1), page(2), page(3)]);
  expect(markdown.split(clause)).toHaveLength(4);
  expect(markdown.split('Lease 4711')).toHaveLength(2);
});

test('a line that recurs at the top and that the text goes on from closely stays', async () => {
  const page = (number: number) =>
    lines(['Whereas the parties agree on', `matter ${'xyz'.slice(-number)} as follows.`], 50, 800);
  expect((await markdownOf([page(1), page(2), page(3)])).split('Whereas')).toHaveLength(4);
});

test('numbers at one place that do not count the pages stay', async () => {
  const invoice = (number: string) => [{ text: number, x: 50, y: 815 }, ...lines(PROSE)];
  const markdown = await markdownOf([invoice('Invoice 17'), invoice('Invoice 40'), invoice('Invoice 41')]);
  expect(markdown.match(/Invoice \d+/g)).toEqual(['Invoice 17', 'Invoice 40', 'Invoice 41']);
});

test('a page printed sideways reads as the same page upright', async () => {
  const texts = [
    ...row(500, [50, 'a'], [200, 'b'], [300, 'c']),
    ...row(485, [50, 'd'], [200, 'e'], [300, 'f']),
    ...row(470, [50, 'g'], [200, 'h'], [300, 'i']),
  ];
  const upright = await markdownOf([texts]);
  expect(upright).toContain('| d | e | f |');
  for (const rotate of [90, 180, 270]) expect(await markdownOf([texts], { rotate })).toBe(upright);
});

test('signs of Markdown stay signs', async () => {
  expect(await markdownOf([lines(['# 2 * 3 <b>'])])).toContain('\\# 2 \\* 3 \\<b>');
});

test('a tagged PDF is read by its tags', async () => {
  const bytes = readFileSync(new URL('../../../../samples/energy-report.pdf', import.meta.url));
  const { markdown } = await convert(bytes, 'x.pdf');
  expect(markdown).toContain('1. Hall A, 4.0 MWh, in service since 2021');
  expect(markdown).not.toContain('page 2\n');
});

test('a password makes it encrypted', async () => {
  const bytes = readFileSync(new URL('../documents/encrypted.pdf', import.meta.url));
  expect(await refusal(convert(bytes, 'x.pdf'))).toBe('encrypted: The PDF is encrypted; save it without a password.');
});

test('restrictions without a password do not', async () => {
  const bytes = readFileSync(new URL('../documents/printing-forbidden.pdf', import.meta.url));
  expect((await convert(bytes, 'x.pdf')).markdown).toContain('Not to be printed.');
});

test('what is no PDF but for its first bytes is corrupt', async () => {
  expect(await refusal(convert(utf8('%PDF-1.7\nnothing more'), 'x.pdf'))).toBe(
    'corrupt: The PDF is damaged: its structure cannot be read.',
  );
});

test('pages with drawings and no text need OCR', async () => {
  expect(await refusal(convert(makePdf([[]], { drawing: '100 100 200 50 re f' }), 'x.pdf'))).toBe(
    'needs-ocr: The PDF needs OCR: its pages show images or shapes and no text, and the local converter has no OCR.',
  );
});

test('of pages of images among others it is said that their text is missing', async () => {
  const drawn = { drawing: '100 100 200 50 re f' };
  const partialOf = async (...texts: string[][]) =>
    (
      await convert(
        makePdf(
          texts.map((page) => lines(page)),
          drawn,
        ),
        'x.pdf',
      )
    ).partial;
  expect(await partialOf(['a'], [])).toEqual(['Page 2 is an image: its text needs OCR.']);
  expect(await partialOf([], ['a'], [], [], [], ['b'], [])).toEqual([
    'Pages 1, 3 to 5 and 7 are images: their text needs OCR.',
  ]);
  expect(await partialOf(['a'], ['b'])).toBeUndefined();
});

test('a page that only clips, as office suites write blank ones, is no image', async () => {
  const clipping = { drawing: '0 0 595 842 re W n' };
  expect(await refusal(convert(makePdf([[]], clipping), 'x.pdf'))).toBe(
    'empty: The PDF is empty: nothing is on its pages.',
  );
  expect((await convert(makePdf([lines(['a']), []], clipping), 'x.pdf')).partial).toBeUndefined();
});

test('blank pages are empty', async () => {
  expect(await refusal(convert(makePdf([[], []]), 'x.pdf'))).toBe('empty: The PDF is empty: nothing is on its pages.');
});

test('OCR that is asked for and cannot be done is said so', async () => {
  const source = { bytes: makePdf([lines(PROSE)]), filename: 'x.pdf' };
  expect(await refusal(convertByType(source, 'force', DEFAULT_LIMITS))).toBe(
    'needs-ocr: OCR was asked for (ocr: force), which the local converter cannot do: it needs docling-serve.',
  );
});

test('more pages than the limit are too large', async () => {
  expect(await refusal(convert(makePdf([[], [], []]), 'x.pdf', { maxPages: 2 }))).toBe(
    'too-large: The PDF has 3 pages; at most 2 are converted.',
  );
});

test('text in a character map that it does not carry is not left out silently', async () => {
  const font =
    '<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /GBK-EUC-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 ' +
    '/BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>';
  expect(await refusal(convert(makePdf([lines(['\xd6\xd0\xce\xc4'])], { font }), 'x.pdf'))).toBe(
    "unsupported: The PDF's text needs the character maps GBK-EUC-H, which the local converter does not have.",
  );
});
