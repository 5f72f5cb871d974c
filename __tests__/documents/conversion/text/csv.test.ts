import fc from 'fast-check';
import { convertByType } from '../../../../documents/conversion/convert-by-type.ts';
import { DEFAULT_LIMITS } from '../../../../documents/conversion/limits.ts';
import { delimiterOf } from '../../../../documents/conversion/text/csv.ts';
import { convert, refusal, utf8 } from '../local-conversion.ts';

test.each([
  ['commas', 'a,b,c\n1,2,3\n4,5,6', ','],
  ['semicolons, and commas in the numbers', 'name;share\nx;1,5\ny;2,5', ';'],
  ['tabs', 'a\tb\n1\t2\n3\t4', '\t'],
  ['bars', 'a|b\n1|2\n3|4', '|'],
  ['quotes around delimiters and line ends', 'a,b,c\n"1,1","2\n2",3\n4,5,6', ','],
])('a table with %s is known without its name', (_, text, delimiter) => {
  expect(delimiterOf(text, false)).toBe(delimiter);
});

test.each([
  ['prose with a comma a line', 'Yes, we came\nno, they left\nso, nobody stayed'],
  ['lines of unequal length', 'a,b,c\n1,2\n3,4,5'],
  ['two lines', 'a,b,c\n1,2,3'],
  ['a head with the same name twice', 'a,a,c\n1,2,3\n4,5,6'],
  ['a quote that never ends', 'a,b,c\n"1,2,3\n4,5,6'],
])('%s is no table until its name says so', async (_, text) => {
  expect(delimiterOf(text, false)).toBeUndefined();
  expect(delimiterOf(text, true)).toBe(',');
});

test.each([
  ['list.csv', undefined],
  ['list', 'text/csv; charset=utf-8'],
  ['list.txt', 'text/plain'],
])('%s with the type %s becomes a table', async (filename, contentType) => {
  const bytes = utf8('Name;Size\r\nÅ;1\r\nB;"2 ""x"""\r\n');
  const source = { bytes, filename, ...(contentType && { contentType }) };
  expect(await convertByType(source, 'auto', DEFAULT_LIMITS)).toMatchObject({
    type: 'csv',
    markdown: '| Name | Size |\n| --- | --- |\n| Å | 1 |\n| B | 2 "x" |\n',
  });
});

test('any table of texts comes out cell by cell', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab ",\n') }).map((text) => `x${text}`);
  const tables = fc
    .integer({ min: 3, max: 5 })
    .chain((width) => fc.array(fc.array(cell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 5 }));
  return fc.assert(
    fc.asyncProperty(tables, async (table) => {
      const csv = table.map((record) => record.map((text) => `"${text.replaceAll('"', '""')}"`).join(',')).join('\n');
      const { markdown } = await convert(utf8(csv), 'x.csv');
      const [head, , ...body] = markdown.trim().split('\n');
      const expected = table.map((record) => {
        const cells = record.map((text) =>
          text
            .split('\n')
            .map((line) => line.trim())
            .filter((line) => line !== ''),
        );
        return `| ${cells.map((lines) => lines.join('<br>')).join(' | ')} |`;
      });
      expect([head, ...body]).toEqual(expected);
    }),
    { numRuns: 100 },
  );
});

test('a table of millions of cells is too large', async () => {
  const csv = `${'a,'.repeat(1100)}\n${'1\n'.repeat(1000)}`;
  expect(await refusal(convert(utf8(csv), 'x.csv'))).toBe('too-large: The table has more than 1000000 cells.');
});

test('a quote that does not end takes no other record with it, and its line is named', async () => {
  const csv = 'id,label,qty\n1,"14 inch,3\n2,y,4\n3,"a ""b""\nc",5\n';
  const { markdown, partial } = await convert(utf8(csv), 'x.csv');
  expect(markdown).toBe(
    '| id | label | qty |\n| --- | --- | --- |\n| 1 | "14 inch | 3 |\n| 2 | y | 4 |\n| 3 | a "b"<br>c | 5 |\n',
  );
  expect(partial).toEqual(['Quotes are wrong in line 2: values may be cut or joined.']);
});

test.each([
  ['behind a space', 'a, b\n1, "x, ""y"" z"\n', '| 1 | x, "y" z |'],
  ['behind a space, before one', 'a; b; c\n1;  "x; y" ;2\n', '| 1 | x; y | 2 |'],
  ['behind a space, over two lines', '"a", b\n1, "x,\ny"\n', '| 1 | x,<br>y |'],
  ['inside of a value', 'a,b\n"1, ""x"", y",2\n', '| 1, "x", y | 2 |'],
  ['behind a space in one that is not quoted', 'a,b\nsay "x",2\n', '| say "x" | 2 |'],
])('quotes %s', async (_, text, row) => {
  expect((await convert(utf8(text), 'a.csv')).markdown).toContain(row);
});

test('a long quoted value behind a space stays one', async () => {
  const csv = `a, b\n${'x, "yy"\n'.repeat(7000)}KEY, "${'line\n'.repeat(3000)}end, of it"\n`;
  const { markdown, partial } = await convert(utf8(csv), 'x.csv');
  expect(markdown.trim().split('\n').at(-1)).toBe(`| KEY | ${'line<br>'.repeat(3000)}end, of it |`);
  expect(partial).toBeUndefined();
});

test('a value with quotes inside its quotes stays one, over several lines', async () => {
  const { markdown, partial } = await convert(utf8('a,b\n"He said "no" and\nleft, again",2\n3,4\n'), 'x.csv');
  expect(markdown).toBe('| a | b |\n| --- | --- |\n| He said "no" and<br>left, again | 2 |\n| 3 | 4 |\n');
  expect(partial).toEqual(['Quotes are wrong in line 2: values may be cut or joined.']);
});

test('the first line may name the delimiter, and is no record', async () => {
  const { markdown } = await convert(utf8('sep=;\r\nname;price\r\nPear;2,40\r\n'), 'x.csv');
  expect(markdown).toBe('| name | price |\n| --- | --- |\n| Pear | 2,40 |\n');
});

test('stray quotes in every line take no time that grows with the square', async () => {
  const csv = utf8(`a,b\n${'"x\n'.repeat(400_000)}`);
  const { markdown, partial } = await convert(csv, 'x.csv');
  expect(markdown.split('\n')).toHaveLength(400_003);
  expect(partial?.[0]).toMatch(/^Quotes are wrong in lines 2, 3, /);
});

test('more text than a table bears is too large', async () => {
  const csv = `a,b\n"${'x\n'.repeat(10_000_000)}",1`;
  expect(await refusal(convert(utf8(csv), 'x.csv'))).toBe(
    'too-large: The document has 20000008 characters of text; at most 20000000 are converted.',
  );
});
