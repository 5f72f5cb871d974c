import { jest } from '@jest/globals';
import { makePdf, type PdfOptions, type PdfText, pdfStream } from '../../../../bench/documents/make-pdf.ts';
import { convert, refusal } from '../local-conversion.ts';

const BODY = 'A sentence that is long enough to be the text of a page, as it says of itself here.';
const FOOTER: PdfText = { text: 'Scanned by Example', x: 250, y: 20, size: 8 };
const IMAGE: PdfOptions = {
  objects: [
    pdfStream('/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 8', 'abcd'),
  ],
  resources: '/XObject << /I 5 0 R >>',
};
const scan = (width: number, height: number) => `q ${width} 0 0 ${height} 0 0 cm /I Do Q`;
const at = (text: string, y: number): PdfText => ({ text, x: 50, y });

const NO_TEXT =
  'needs-ocr: The PDF needs OCR: its pages show images or shapes and no text, and the local converter has no OCR.';

test('a footer does not make text of scanned pages', async () => {
  const pdf = makePdf([[FOOTER], [FOOTER], [FOOTER], [FOOTER]], { ...IMAGE, drawing: scan(595, 842) });
  expect(await refusal(convert(pdf, 'x.pdf'))).toBe(NO_TEXT);
});

test('a scanned page among others is named, and its footer kept', async () => {
  const pdf = makePdf([[at(BODY, 700)], [FOOTER]], { ...IMAGE, drawing: scan(595, 842) });
  const { markdown, partial } = await convert(pdf, 'x.pdf');
  expect(partial).toEqual(['Page 2 is an image: its text needs OCR.']);
  expect(markdown).toContain('Scanned by Example');
});

test.each([[[]], [[FOOTER]]])('a scan in a format that is not decoded here is one all the same: %j', async (texts) => {
  const dictionary = '/Type /XObject /Subtype /Image /Width 2 /Height 2 /ColorSpace /DeviceGray /BitsPerComponent 1';
  const objects = [pdfStream(`${dictionary} /Filter /JBIG2Decode`, 'abcd')];
  const pdf = makePdf([texts], { ...IMAGE, objects, drawing: scan(595, 842) });
  expect(await refusal(convert(pdf, 'x.pdf'))).toBe(NO_TEXT);
});

test.each([
  ['a picture below a title', [at('Our logo', 800)], scan(200, 200), undefined],
  ['a large picture below a title', [at('Our logo', 800)], scan(595, 400), ['Page 1 is an image: its text needs OCR.']],
  ['few words over a picture', [at('Welcome', 400)], scan(595, 600), ['Page 1 is an image: its text needs OCR.']],
  ['a page of text over a picture', [at(BODY, 400)], scan(595, 842), undefined],
  [
    'text behind a scan, as OCR puts it there',
    [FOOTER],
    `BT 3 Tr /F1 9 Tf 50 810 Td (word) Tj ET ${scan(595, 842)}`,
    undefined,
  ],
])('%s', async (_, texts, drawing, partial) => {
  expect((await convert(makePdf([texts], { ...IMAGE, drawing }), 'x.pdf')).partial).toEqual(partial);
});

test('letters drawn as shapes need OCR, whatever the footer says', async () => {
  const letter = (i: number) => `${i} 300 m ${'1 2 3 4 5 6 c '.repeat(4)} f`;
  const drawing = Array.from({ length: 300 }, (_, i) => letter(i)).join(' ');
  expect(await refusal(convert(makePdf([[FOOTER]], { drawing }), 'x.pdf'))).toBe(NO_TEXT);
});

const NUMBERED =
  '<< /Type /Font /Subtype /Type0 /BaseFont /ABCDEF+Some /Encoding /Identity-H /DescendantFonts [<< /Type /Font /Subtype ' +
  '/CIDFontType2 /BaseFont /ABCDEF+Some /CIDSystemInfo << /Registry (Adobe) /Ordering (Identity) /Supplement 0 >> >>] >>';
const asGlyphs = (text: string) =>
  [...text].map((sign) => `\0${String.fromCharCode(sign.charCodeAt(0) - 29)}`).join('');

test('text whose glyphs are numbered and have no Unicode needs OCR', async () => {
  const pdf = makePdf([[at(asGlyphs(BODY), 700)]], { font: NUMBERED });
  expect(await refusal(convert(pdf, 'x.pdf'))).toBe(
    'needs-ocr: The PDF needs OCR: its text is in fonts without Unicode, and the local converter has no OCR.',
  );
});

test('of such text beside other text it is said that it is missing', async () => {
  const options = { objects: [NUMBERED], resources: '/Font << /F1 3 0 R /F2 5 0 R >>' };
  const glyphs = Buffer.from(asGlyphs(BODY), 'latin1').toString('hex');
  const pdf = makePdf([[at(BODY, 700)]], { ...options, drawing: `BT /F2 10 Tf 50 600 Td <${glyphs}> Tj ET` });
  const { markdown, partial } = await convert(pdf, 'x.pdf');
  expect(markdown).toBe(`<!-- page 1 -->\n\n${BODY}\n`);
  expect(partial).toEqual(['Page 1: text in fonts without Unicode needs OCR.']);
});

const SHAPES =
  '<< /Type /Font /Subtype /Type3 /FontBBox [0 0 9 9] /FontMatrix [.1 0 0 .1 0 0] /FirstChar 1 /LastChar 2 /Widths [9 9] ' +
  '/Encoding << /Differences [1 /g1 /g2] >> /CharProcs << /g1 6 0 R /g2 6 0 R >> >>';

test.each([
  ['a short word in one', '0102010201', ['Page 1: text in fonts without Unicode needs OCR.']],
  ['bullets in one', '01> Tj 0 -20 Td <02', undefined],
])('of fonts that have shapes and no Unicode, %s', async (_, glyphs, partial) => {
  const options = {
    objects: [SHAPES, pdfStream('', '9 0 d0 0 0 5 5 re f')],
    resources: '/Font << /F1 3 0 R /F2 5 0 R >>',
  };
  const pdf = makePdf([[at(BODY, 700)]], { ...options, drawing: `BT /F2 10 Tf 50 600 Td <${glyphs}> Tj ET` });
  expect((await convert(pdf, 'x.pdf')).partial).toEqual(partial);
});

test.each([
  ['/OFF [5 0 R]', ['Layers that are switched off were read as well: Draft.']],
  ['/ON [5 0 R]', undefined],
])('layers with %s', async (state, partial) => {
  const catalog = `/OCProperties << /OCGs [5 0 R] /D << ${state} >> >>`;
  const pdf = makePdf([[at(BODY, 700)]], { objects: ['<< /Type /OCG /Name (Draft) >>'], catalog });
  expect((await convert(pdf, 'x.pdf')).partial).toEqual(partial);
});

const CHINESE =
  '<< /Type /Font /Subtype /Type0 /BaseFont /Song /Encoding /GBK-EUC-H /DescendantFonts [<< /Type /Font /Subtype /CIDFontType0 ' +
  '/BaseFont /Song /CIDSystemInfo << /Registry (Adobe) /Ordering (GB1) /Supplement 2 >> >>] >>';

test('a font that cannot be read costs the pages that use it, each of which is named', async () => {
  const options = { objects: [CHINESE], resources: '/Font << /F1 3 0 R /F2 5 0 R >>' };
  const drawing = 'BT /F2 10 Tf 50 600 Td <d6d0cec4> Tj ET';
  const pages = [[at(BODY, 700)], [at(BODY, 700)], [at(BODY, 700)], [at(BODY, 700)], [at(BODY, 700)]];
  // Only on the first two pages.
  const pdf = Buffer.from(makePdf(pages, { ...options, drawing })).toString('latin1');
  let page = 0;
  const some = pdf.replaceAll('<d6d0cec4> Tj', (show) => (page++ < 2 ? show : '          Tj'));
  expect((await convert(Buffer.from(some, 'latin1'), 'x.pdf')).partial).toEqual([
    'Pages 1 to 2: some of the text cannot be read. It may need the character maps GBK-EUC-H.',
  ]);
});

test('a damaged page costs that page', async () => {
  const pdf = Buffer.from(makePdf([[at(BODY, 700)], [at('Lost.', 700)]])).toString('latin1');
  const damaged = pdf.replace(/\/Kids \[5 0 R 7 0 R\]/, '/Kids [5 0 R 9 0 R]');
  const { markdown, partial, pages } = await convert(Buffer.from(damaged, 'latin1'), 'x.pdf');
  expect({ markdown, partial, pages }).toEqual({
    markdown: `<!-- page 1 -->\n\n${BODY}\n\n<!-- page 2 -->\n`,
    partial: ['Page 2: damaged, and left out.'],
    pages: 2,
  });
});

const XFA = { catalog: '/AcroForm << /Fields [] /XFA 5 0 R >>', objects: [pdfStream('', '<xdp:xdp/>')] };

test('the page that stands in for an XFA form is no result', async () => {
  expect(await refusal(convert(makePdf([[at('Please wait...', 700)]], XFA), 'x.pdf'))).toBe(
    'unsupported: The PDF is an XFA form, which only Adobe Reader shows; print it into a PDF there.',
  );
});

test('of an XFA form with pages of its own only the data are missing', async () => {
  expect((await convert(makePdf([[at(BODY, 700)], [at(BODY, 700)]], XFA), 'x.pdf')).partial).toEqual([
    'The data of its XFA form are not read.',
  ]);
});

const ATTACHED = {
  catalog: '/Names << /EmbeddedFiles << /Names [(a) 6 0 R] >> >>',
  objects: [pdfStream('/Type /EmbeddedFile', 'data'), '<< /Type /Filespec /F (costs.xlsx) /EF << /F 5 0 R >> >>'],
};

test('files within a PDF are named, and no reason to call it empty', async () => {
  expect((await convert(makePdf([[at(BODY, 700)]], ATTACHED), 'x.pdf')).partial).toEqual([
    'Files within the PDF are not converted: costs.xlsx.',
  ]);
  expect(await refusal(convert(makePdf([[]], ATTACHED), 'x.pdf'))).toBe(
    'unsupported: The PDF has nothing on its pages, only files within it, which are not converted: costs.xlsx.',
  );
});

test('what the parser says of a document is neither written nor passed on', async () => {
  const written = jest.spyOn(process.stderr, 'write').mockReturnValue(true);
  const broken = makePdf([[at(BODY, 700)]], { drawing: 'q BT /Secret 10 Tf (x) Tj /Hidden Do ET' });
  await convert(broken, 'x.pdf');
  expect(written).not.toHaveBeenCalled();
  written.mockRestore();
});
