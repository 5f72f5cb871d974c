import fc from 'fast-check';
import { convert, refusal } from '../local-conversion.ts';
import { makeXlsx, type WorkbookOptions, xlsxParts } from './make-xlsx.ts';
import { makeZip } from './make-zip.ts';

const MEGABYTE = 1024 * 1024;

/** Markdown of a workbook of one sheet, without its anchor and heading. */
async function sheet(rows: string, options?: WorkbookOptions): Promise<string> {
  const { markdown } = await convert(makeXlsx([{ name: 'S', rows }], options), 'x.xlsx');
  return markdown.replace('<!-- page 1 -->\n\n## S\n\n', '').trim();
}

const number = (value: number | string, style = 0) => `<c s="${style}"><v>${value}</v></c>`;
const text = (value: string) => `<c t="inlineStr"><is><t>${value}</t></is></c>`;
const row = (...cells: string[]) => `<row>${cells.join('')}</row>`;

test.each<[format: number | string, value: number, shown: string]>([
  [0, 0.1 + 0.2, '0.3'],
  [10, 0.1234, '12.34%'],
  ['#,##0.00', 1234.5, '1,234.50'],
  ['&quot;€&quot;\\ #,##0.00', 7, '€ 7.00'],
  ['d mmm yyyy', 46248, '14 Aug 2026'],
  ['[h]:mm', 1.5, '36:00'],
  ['0;;;', -5, ''],
  [14, 42729, '2016-12-25'],
  [22, 42729.25, '2016-12-25 06:00'],
  ['[[bad', 3.5, '3.5'],
])('the format %s shows %d as %j', async (format, value, shown) => {
  expect(await sheet(row(text('a'), number(value, 0)), { formats: [format] })).toContain(
    shown === '' ? 'a' : `| a | ${shown} |`,
  );
});

test('a workbook is read whose archive is written in ZIP64, as programs do that write it while it grows', async () => {
  const zip = { zip64: true, descriptors: true };
  expect(await sheet(row(text('a'), number(1)), { zip })).toBe('| a | 1 |\n| --- | --- |');
});

test.each<[stored: string, format: number | string, shown: string]>([
  ['4006381333931', 0, '4006381333931'],
  ['1234567890123456789', 0, '1234567890123456789'],
  ['-123456789012345', 0, '-123456789012345'],
  ['1234567890123456', 1, '1234567890123456'],
  ['1234567890123.5', 1, '1234567890124'],
  ['123456.789012345', 0, '123456.789012345'],
  ['0.30000000000000004', 0, '0.3'],
  ['1E-7', 0, '0.0000001'],
  ['1.5E+25', 0, '1.5E+25'],
  ['12 pieces', 0, '12 pieces'],
])('the number %s with the format %s keeps its digits: %j', async (stored, format, shown) => {
  expect(await sheet(row(text('a'), number(stored)), { formats: [format] })).toContain(`| a | ${shown} |`);
});

test.each<[format: number | string, value: number, shown: string, shownIn1904: string]>([
  ['[h]:mm', 1.5, '36:00', '36:00'],
  ['[h]:mm', -1.2, '-28:48', '-28:48'],
  ['[h]:mm;(-[h]:mm)', -1.2, '(-28:48)', '(-28:48)'],
  ['[mm]:ss', 0.01, '14:24', '14:24'],
  ['h:mm', -0.25, '-6:00', '-6:00'],
  ['yyyy-mm-dd', 1, '1900-01-01', '1904-01-02'],
  ['yyyy-mm-dd', -1, '1899-12-29', '-1904-01-02'],
])('the duration or time %s of %d is %j, and %j in a calendar from 1904', async (format, value, shown, shownIn1904) => {
  const rows = row(text('a'), number(value));
  expect(await sheet(rows, { formats: [format] })).toContain(`| a | ${shown} |`);
  expect(await sheet(rows, { formats: [format], properties: 'date1904="1"' })).toContain(`| a | ${shownIn1904} |`);
});

test('characters that are written as their codes are read, wherever texts stand', async () => {
  const escaped = 'a_x000D_\n_x0009_b _x0001__x005F_x0041_ _xZZZZ_';
  const cells = row('<c t="s"><v>0</v></c>', text(escaped), `<c t="str"><v>${escaped}</v></c>`);
  expect(await sheet(cells, { strings: `<si><t>${escaped}</t></si>` })).toContain(
    `| ${Array(3).fill('a<br>b \\_x0041\\_ \\_xZZZZ\\_').join(' | ')} |`,
  );
});

test('links lead where they led; comments follow, each with its cell', async () => {
  const sheets = {
    name: 'S',
    rows: row(text('Ana'), text('[site] (old)')),
    behind:
      '<hyperlinks><hyperlink ref="A1" r:id="h1"/><hyperlink ref="B1:B3" r:id="h2"/><hyperlink ref="C1" r:id="h1"/></hyperlinks>',
    links: { h1: 'https://example.org/ana', h2: 'mailto:a(b)@example.org' },
    comments:
      '<comment ref="A1"><text><r><t>On leave_x000D_\n</t></r><r><t>from June</t></r></text></comment><comment ref="B1"><text/></comment>',
  };
  const { markdown } = await convert(makeXlsx([sheets]), 'x.xlsx');
  expect(markdown).toContain(
    '| [Ana](https://example.org/ana) | [\\[site\\] (old)](mailto:a%28b%29@example.org) |\n| --- | --- |\n\n> A1: On leave from June\n',
  );
});

test('a link that runs a script, or holds data, is only its text', async () => {
  const links = { j: 'javascript:alert(1)', d: `https://example.org/${'x'.repeat(2000)}` };
  const behind = '<hyperlinks><hyperlink ref="A1" r:id="j"/><hyperlink ref="B1" r:id="d"/></hyperlinks>';
  const { markdown } = await convert(
    makeXlsx([{ name: 'S', rows: row(text('a'), text('b')), behind, links }]),
    'x.xlsx',
  );
  expect(markdown).toContain('| a | b |');
});

test.each([
  'http://schemas.openxmlformats.org/officeDocument/2006/relationships',
  'http://purl.oclc.org/ooxml/officeDocument/relationships',
])('sheets are found by the namespace %s, whatever its prefix is', async (namespace) => {
  const workbook = (sheet: string) => ({
    ...xlsxParts([{ name: 'S', rows: row(text('a')) }]),
    'xl/workbook.xml': sheet,
  });
  const found = workbook(`<workbook><sheets xmlns:q="${namespace}"><sheet name="S" q:id="s0"/></sheets></workbook>`);
  expect((await convert(makeZip(found), 'x.xlsx')).markdown).toContain('a');
  const other = workbook(
    `<workbook xmlns:r="${namespace}"><sheets xmlns:r="other"><sheet name="S" r:id="s0"/></sheets></workbook>`,
  );
  expect(await refusal(convert(makeZip(other), 'x.xlsx'))).toMatch(/^empty: /);
});

test('days are counted from 1904 where the workbook says so', async () => {
  const options = { formats: ['yyyy-mm-dd'], properties: 'date1904="1"' };
  expect(await sheet(row(number(0)), options)).toBe('1904-01-01');
});

test('texts, booleans, errors and results of formulas are as Excel shows them', async () => {
  const strings = '<si><r><t>rich </t></r><r><t>text</t></r><rPh><t>phonetic</t></rPh></si>';
  const cells = row(
    '<c t="s"><v>0</v></c>',
    '<c t="b"><v>1</v></c>',
    '<c t="e"><v>#DIV/0!</v></c>',
    '<c t="str"><f>A1</f><v>said</v></c>',
    '<c t="d"><v>2026-03-02T00:00:00</v></c>',
  );
  expect(await sheet(cells, { strings })).toContain('| rich text | TRUE | #DIV/0! | said | 2026-03-02 |');
});

test('formulas that were never calculated are said to be missing', async () => {
  const bytes = makeXlsx([{ name: 'Sums', rows: row(text('a'), '<c><f>SUM(B1)</f></c>') }]);
  expect(await convert(bytes, 'x.xlsx')).toMatchObject({
    partial: ['The sheet Sums has formulas without a stored result (1).'],
  });
});

test('a title stays above its table, and an empty row ends a table', async () => {
  const rows = `${row(text('Title'))}${row(text('a'), text('b'))}${row(text('c'))}<row r="9">${text('d')}</row>`;
  expect(await sheet(rows)).toBe('Title\n\n| a | b |\n| --- | --- |\n| c |  |\n\nd');
});

test('cells far apart take no room', async () => {
  const corner = '<row r="1048576"><c r="XFD1048576" t="str"><v>corner</v></c></row>';
  expect(await sheet(`${row(text('first'))}${corner}`)).toBe('first\n\ncorner');
});

test('cells in a diagonal, which make a table of millions, are too large', async () => {
  const letters = (column: number): string =>
    column === 0 ? '' : letters(Math.floor((column - 1) / 26)) + String.fromCharCode(65 + ((column - 1) % 26));
  const rows = Array.from(
    { length: 1100 },
    (_, i) => `<row r="${i + 1}"><c r="${letters(i + 1)}${i + 1}"><v>1</v></c></row>`,
  );
  expect(await refusal(sheet(rows.join('')))).toBe(
    'too-large: A table of the workbook has more than 1000000 cells, empty ones included.',
  );
});

test('each sheet is a page; hidden ones are left out and named', async () => {
  const sheets = [
    { name: 'One', rows: row(text('a')) },
    { name: 'Lists', rows: row(text('secret')), state: 'veryHidden' as const },
    { name: 'Three', rows: row(text('c')) },
  ];
  expect(await convert(makeXlsx(sheets), 'x.xlsx')).toMatchObject({
    markdown: '<!-- page 1 -->\n\n## One\n\na\n\n<!-- page 3 -->\n\n## Three\n\nc\n',
    pages: 3,
    partial: ['The hidden sheet Lists was left out.'],
  });
});

test('any grid of texts comes out cell by cell', async () => {
  const cell = fc.stringMatching(/^[a-z]{1,5}$/);
  const grids = fc
    .integer({ min: 2, max: 4 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
  await fc.assert(
    fc.asyncProperty(grids, async (grid) => {
      const markdown = await sheet(grid.map((cells) => row(...cells.map(text))).join(''));
      const [head, , ...body] = markdown.split('\n').map((line) => line.slice(2, -2).split(' | '));
      expect([head, ...body]).toEqual(grid);
    }),
    { numRuns: 50 },
  );
});

test.each<[what: string, refused: Promise<unknown>, message: string]>([
  ['no cells', sheet(''), 'empty: The workbook is empty: its visible sheets have no cells.'],
  [
    'too many sheets',
    convert(
      makeXlsx([
        { name: 'a', rows: '' },
        { name: 'b', rows: '' },
      ]),
      'x.xlsx',
      { maxPages: 1 },
    ),
    'too-large: The workbook has 2 sheets; at most 1 are converted.',
  ],
  [
    'a sheet that inflates without end',
    convert(makeXlsx([{ name: 'a', rows: ' '.repeat(2 * MEGABYTE) }]), 'x.xlsx', { maxInflatedBytes: MEGABYTE }),
    'too-large: The document inflates to more than the 1048576 bytes allowed.',
  ],
])('%s: refused', async (_, refused, message) => {
  expect(await refusal(refused)).toBe(message);
});

test('entities that multiply are not expanded', async () => {
  const bomb = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>';
  const bytes = makeXlsx([{ name: 'a', rows: row(text('&b;')) }], { zip: { method: 'store' } });
  const withBomb = Buffer.from(bytes).toString('latin1').replace('<worksheet><sheetData>', `${bomb}<worksheet>`);
  expect(await refusal(convert(Buffer.from(withBomb, 'latin1'), 'x.xlsx'))).toMatch(/^corrupt: /);
  expect(await refusal(sheet(row(text('&b;'))))).toBe(
    'corrupt: A part of the document is no well-formed XML, at its line 1.',
  );
});

test('a few kilobytes whose cells share one long text are too large, and take nothing else down', async () => {
  const rows = '<row><c t="s"><v>0</v></c></row>'.repeat(700);
  const bytes = makeXlsx([{ name: 'a', rows }], { strings: `<si><t>${'a '.repeat(15_000)}</t></si>` });
  expect(await refusal(convert(bytes, 'x.xlsx'))).toMatch(/^too-large: The document has 2\d{7} characters of text/);
});

test('a number format that is longer than any of Excel is none', async () => {
  const bytes = makeXlsx([{ name: 'a', rows: '<row><c s="0"><v>1.5</v></c></row>' }], { formats: ['0'.repeat(256)] });
  expect((await convert(bytes, 'x.xlsx')).markdown).toContain('\n1.5\n');
});

test('hidden rows and columns are left out and named', async () => {
  const columns = '<cols><col min="2" max="2" hidden="1"/></cols>';
  const rows = `${row(text('a'), text('secret'), text('c'))}<row hidden="1">${text('secret')}</row><row ht="0">${text('secret')}</row>`;
  expect(await convert(makeXlsx([{ name: 'S', columns, rows }]), 'x.xlsx')).toMatchObject({
    markdown: '<!-- page 1 -->\n\n## S\n\n| a | c |\n| --- | --- |\n',
    partial: ['Hidden columns of the sheet S were left out.', 'Hidden rows of the sheet S were left out.'],
  });
});

const box = '<twoCellAnchor><sp><txBody><p><r><t>Draft</t></r></p></txBody></sp></twoCellAnchor>';
const picture = '<twoCellAnchor><pic><nvPicPr><cNvPr descr="A crane"/></nvPicPr></pic></twoCellAnchor>';
const chart =
  '<twoCellAnchor><graphicFrame><graphic><graphicData><chart r:id="none"/></graphicData></graphic></graphicFrame></twoCellAnchor>';

test('text boxes and pictures follow the cells, and a chart that is not there is named', async () => {
  const sheets = [{ name: 'S', rows: row(text('a')), drawing: box + picture + chart }];
  expect(await convert(makeXlsx(sheets), 'x.xlsx')).toMatchObject({
    markdown: '<!-- page 1 -->\n\n## S\n\na\n\nDraft\n\n![A crane]()\n',
    partial: ['The sheet S has charts or objects that are not read (1).'],
  });
});

test('a workbook of pictures needs OCR; a sheet of pictures among others is named', async () => {
  const pictures = { name: 'P', rows: '', drawing: picture };
  expect(await refusal(convert(makeXlsx([pictures]), 'x.xlsx'))).toBe(
    'needs-ocr: The workbook needs OCR: its visible sheets are pictures without text.',
  );
  const both = await convert(makeXlsx([{ name: 'S', rows: row(text('a')) }, pictures]), 'x.xlsx');
  expect(both.partial).toEqual(['Page 2 is an image: its text needs OCR.']);
  const inCells = makeXlsx([{ name: 'S', rows: row('<c t="e" vm="1"><v>#VALUE!</v></c>') }]);
  expect(await refusal(convert(inCells, 'x.xlsx'))).toMatch(/^needs-ocr: /);
});

test('links that a formula makes lead there', async () => {
  const cell = '<c t="str"><f>HYPERLINK("https://example.org/a","list")</f><v>list</v></c>';
  expect(await sheet(row(cell))).toBe('[list](https://example.org/a)');
});

test('powers in texts stay powers', async () => {
  const strings = '<si><r><t>10</t></r><r><rPr><vertAlign val="superscript"/></rPr><t>6</t></r><r><t> l</t></r></si>';
  expect(await sheet(row('<c t="s"><v>0</v></c>'), { strings })).toBe('10<sup>6</sup> l');
});

test('of a thread only what was said is quoted', async () => {
  const said =
    '[Threaded comment]\n\nYour version of Excel allows you to read this threaded comment.\n\nComment:\n    Check it.';
  const comments = `<comment ref="A1"><text><t>${said}</t></text></comment>`;
  const { markdown } = await convert(makeXlsx([{ name: 'S', rows: row(text('a')), comments }]), 'x.xlsx');
  expect(markdown).toContain('\n> A1: Check it.\n');
});

test('a merged cell stands in the place of each, and once where it spans the table', async () => {
  const cells = (number: number, ...texts: (string | undefined)[]) =>
    `<row r="${number}">${texts.map((each, i) => (each === undefined ? '' : `<c r="${'ABCD'[i]}${number}" t="str"><v>${each}</v></c>`)).join('')}</row>`;
  const rows =
    cells(1, 'Ship', 'Hours') + cells(2, undefined, 'from', 'to') + cells(3, 'Nord', '8', '9') + cells(4, 'Note');
  const behind = '<mergeCells><mergeCell ref="A1:A2"/><mergeCell ref="B1:C1"/><mergeCell ref="A4:C4"/></mergeCells>';
  const { markdown } = await convert(makeXlsx([{ name: 'S', rows, behind }]), 'x.xlsx');
  expect(markdown).toContain(
    '| Ship | Hours | Hours |\n| --- | --- | --- |\n| Ship | from | to |\n| Nord | 8 | 9 |\n| Note |  |  |',
  );
});

test('merged cells that overlap take no longer than the table is large', async () => {
  const rows = Array.from({ length: 300 }, (_, i) => row(...Array.from({ length: 30 }, () => text(String(i))))).join(
    '',
  );
  const merges = Array.from({ length: 300 }, (_, i) => `<mergeCell ref="B${i + 1}:XFD1048576"/>`).join('');
  const behind = `<mergeCells>${merges}</mergeCells>`;
  const { markdown } = await convert(makeXlsx([{ name: 'S', rows, behind }]), 'x.xlsx');
  expect(markdown.split('\n').at(-2)).toBe(`| 299 |${' 0 |'.repeat(29)}`);
});

test('what stands above and below the cells in print, without what Excel fills in', async () => {
  const behind =
    '<headerFooter differentFirst="1"><oddHeader>&amp;L&amp;"Arial,Bold"&amp;14Ferry Office&amp;CR&amp;&amp;D&amp;R&amp;D</oddHeader><oddFooter>&amp;CPage &amp;P of &amp;N</oddFooter><evenHeader>even</evenHeader><firstFooter>&amp;KFF0000Confidential</firstFooter></headerFooter>';
  const { markdown } = await convert(makeXlsx([{ name: 'S', rows: row(text('a'), text('b')), behind }]), 'x.xlsx');
  expect(markdown).toBe('<!-- page 1 -->\n\n## S\n\nFerry Office\n\nR&D\n\n| a | b |\n| --- | --- |\n\nConfidential\n');
});

test('comments say who commented, in threads too', async () => {
  const old = '<comment ref="A1" authorId="1"><text><t>On leave</t></text></comment>';
  const named = '<comment ref="A2" authorId="1"><text><t>Ida:\nBack</t></text></comment>';
  const thread = '<comment ref="B1" authorId="0"><text><t>[Threaded comment]\nComment:\n x</t></text></comment>';
  const parts = xlsxParts([{ name: 'S', rows: row(text('a'), text('b')), comments: old + named + thread }]);
  const relate = (part: string, relationship: string) => ({
    [part]: (parts[part] ?? '').replace('</Relationships>', `${relationship}</Relationships>`),
  });
  const bytes = makeZip({
    ...parts,
    'xl/comments0.xml': (parts['xl/comments0.xml'] ?? '').replace(
      '<comments>',
      '<comments><authors><author>tc={1}</author><author>Ida</author></authors>',
    ),
    ...relate('xl/_rels/workbook.xml.rels', '<Relationship Id="p" Type="x/person" Target="persons.xml"/>'),
    ...relate(
      'xl/worksheets/_rels/sheet0.xml.rels',
      '<Relationship Id="th" Type="x/threadedComment" Target="../threads.xml"/>',
    ),
    'xl/persons.xml': '<personList><person id="{7}" displayName="Jon"/></personList>',
    'xl/threads.xml':
      '<ThreadedComments><threadedComment ref="B1" personId="{7}"><text>Check it.</text></threadedComment><threadedComment ref="B1" personId="{8}"><text>Done.</text></threadedComment></ThreadedComments>',
  });
  expect((await convert(bytes, 'x.xlsx')).markdown).toContain(
    '\n> A1, Ida: On leave\n>\n> A2: Ida: Back\n>\n> B1, Jon: Check it.\n>\n> B1: Done.\n',
  );
});

test('what is drawn on a sheet is read by its place, whatever was drawn first', async () => {
  const box = (column: number, line: number, words: string) =>
    `<twoCellAnchor><from><col>${column}</col><row>${line}</row></from><sp><txBody><p><r><t>${words}</t></r></p></txBody></sp></twoCellAnchor>`;
  const drawing = box(0, 9, 'last') + box(4, 2, 'second') + box(0, 2, 'first');
  const { markdown } = await convert(makeXlsx([{ name: 'S', rows: row(text('a')), drawing }]), 'x.xlsx');
  expect(markdown).toMatch(/a\n\nfirst\n\nsecond\n\nlast\n$/);
});

test('a value that its format hides is named, a zero is not', async () => {
  const partialOf = async (value: number) =>
    (await convert(makeXlsx([{ name: 'S', rows: row(number(value, 0), text('x')) }], { formats: [';;;'] }), 'a.xlsx'))
      .partial;
  expect(await partialOf(5)).toEqual(['Hidden values of the sheet S were left out.']);
  expect(await partialOf(0)).toBeUndefined();
});

test.each([
  ['on the paper', '<color rgb="FFFFFFFF"/>', '<fill/>', '', false],
  ["on the theme's paper", '<color theme="0"/>', '<fill><patternFill patternType="none"/></fill>', '', false],
  [
    'on a white cell',
    '<color indexed="9"/>',
    '<fill><patternFill patternType="solid"><fgColor rgb="FFFFFFFF"/></patternFill></fill>',
    '',
    false,
  ],
  [
    'on a dark cell',
    '<color rgb="FFFFFFFF"/>',
    '<fill><patternFill patternType="solid"><fgColor theme="1"/></patternFill></fill>',
    '',
    true,
  ],
  ['in a sheet whose cells change colour', '<color rgb="FFFFFFFF"/>', '<fill/>', '<conditionalFormatting/>', true],
  ['darkened', '<color theme="0" tint="-0.5"/>', '<fill/>', '', true],
])('white text %s', async (_, color, fill, behind, isSeen) => {
  const sheet = { name: 'S', rows: `<row><c t="inlineStr" s="1"><is><t>white</t></is></c>${text('x')}</row>`, behind };
  const styles = `<styleSheet><fonts><font/><font>${color}</font></fonts><fills>${fill}</fills><cellXfs><xf/><xf fontId="1" fillId="0"/></cellXfs></styleSheet>`;
  const { markdown, partial } = await convert(makeZip({ ...xlsxParts([sheet]), 'xl/styles.xml': styles }), 'a.xlsx');
  expect([markdown.includes('white'), partial]).toEqual([
    isSeen,
    isSeen ? undefined : ['Hidden values of the sheet S were left out.'],
  ]);
});

test('controls, and objects of other programs, are counted once each', async () => {
  const object = '<oleObject progId="Word.Document.12" shapeId="7"/>';
  const behind = `<oleObjects>${object}${object}</oleObjects><controls><control shapeId="8"/></controls>`;
  expect((await convert(makeXlsx([{ name: 'S', rows: row(text('x')), behind }]), 'a.xlsx')).partial).toEqual([
    'The sheet S has charts or objects that are not read (2).',
  ]);
});
