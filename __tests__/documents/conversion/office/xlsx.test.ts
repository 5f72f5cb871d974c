import fc from 'fast-check';
import { convert, refusal } from '../local-conversion.ts';
import { makeXlsx, type WorkbookOptions } from './make-xlsx.ts';

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
  expect(await refusal(sheet(row(text('&b;'))))).toMatch(/^corrupt: The document cannot be read as xlsx: .*entity/);
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
