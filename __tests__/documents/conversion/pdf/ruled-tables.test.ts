import { makePdf, type PdfText } from '../../../../bench/documents/make-pdf.ts';
import { ruledTables } from '../../../../documents/conversion/pdf/ruled-tables.ts';
import type { Rule } from '../../../../documents/conversion/pdf/rules.ts';
import type { TextRun } from '../../../../documents/conversion/pdf/text-run.ts';
import { convert } from '../local-conversion.ts';

const level = (at: number, from: number, to: number): Rule => ({ upright: false, at, from, to });
const upright = (at: number, from: number, to: number): Rule => ({ upright: true, at, from, to });
const run = (text: string, x: number, y: number): TextRun => ({
  text,
  x,
  y,
  width: 5 * text.length,
  size: 10,
  rightToLeft: false,
  artifact: false,
});
/** Three columns of 100 points and three rows of 20, from 50 and 100. */
const COLUMNS = [50, 150, 250, 350];
const ROWS = [100, 120, 140, 160];
const GRID = [...ROWS.map((at) => level(at, 50, 350)), ...COLUMNS.map((at) => upright(at, 100, 160))];
const at = (text: string, column: number, row: number) => run(text, 55 + 100 * column, 114 + 20 * row);
const FILLED = [0, 1, 2].flatMap((row) => [0, 1, 2].map((column) => at(`${'abc'[column]}${row}`, column, row)));
const rowsOf = (rules: readonly Rule[], runs: readonly TextRun[]) => ruledTables(rules, runs).map(({ rows }) => rows);

test('text within lines is a table, each cell where it is drawn', () => {
  const outside = run('outside', 55, 90);
  const [table, ...others] = ruledTables(GRID, [outside, ...FILLED]);
  expect(others).toEqual([]);
  expect(table?.rows).toEqual([
    ['a0', 'b0', 'c0'],
    ['a1', 'b1', 'c1'],
    ['a2', 'b2', 'c2'],
  ]);
  expect(table?.runs).toEqual(new Set(FILLED));
});

test('a table with empty cells, of which one has several lines', () => {
  const runs = [at('head', 0, 0), at('other', 1, 0), run('one', 55, 129), run('- two', 55, 138), at('x', 2, 2)];
  expect(rowsOf(GRID, runs)).toEqual([
    [
      ['head', 'other', ''],
      ['one\n- two', '', ''],
      ['', '', 'x'],
    ],
  ]);
});

test('cells without a line between them are one, which stands in each of their places', () => {
  const rules = [
    level(100, 50, 350),
    level(120, 150, 350),
    level(140, 50, 350),
    level(160, 50, 350),
    ...[50, 150, 350].map((x) => upright(x, 100, 140)),
    upright(250, 120, 140),
    upright(50, 140, 160),
    upright(350, 140, 160),
  ];
  const runs = [at('ship', 0, 0), at('hours', 1, 0), at('from', 1, 1), at('to', 2, 1), at('note', 0, 2)];
  expect(rowsOf(rules, runs)).toEqual([
    [
      ['ship', 'hours', 'hours'],
      ['ship', 'from', 'to'],
      ['note', '', ''],
    ],
  ]);
});

test('a table that is open at its sides ends where its lines do', () => {
  const rules = [...ROWS.map((y) => level(y, 50, 350)), upright(150, 100, 160), upright(250, 100, 160)];
  expect(rowsOf(rules, FILLED)).toHaveLength(1);
  expect(rowsOf(rules, FILLED)[0]?.[1]).toEqual(['a1', 'b1', 'c1']);
});

test('below a head, lines of text that every column has are rows', () => {
  const rules = [100, 120, 160].map((y) => level(y, 50, 350)).concat(COLUMNS.map((x) => upright(x, 100, 160)));
  expect(rowsOf(rules, FILLED)[0]).toEqual([
    ['a0', 'b0', 'c0'],
    ['a1', 'b1', 'c1'],
    ['a2', 'b2', 'c2'],
  ]);
  const uneven = FILLED.filter(({ text }) => text !== 'c2');
  expect(rowsOf(rules, uneven)[0]).toEqual([
    ['a0', 'b0', 'c0'],
    ['a1 a2', 'b1 b2', 'c1'],
  ]);
});

test('rows end where the lines between columns do, although none is drawn below them', () => {
  const pieces = COLUMNS.flatMap((x) => [100, 120, 140].map((y) => upright(x, y, y + 20)));
  const runs = FILLED.filter(({ text }) => text !== 'b2');
  expect(rowsOf([100, 120, 160].map((y) => level(y, 50, 350)).concat(pieces), runs)[0]).toEqual([
    ['a0', 'b0', 'c0'],
    ['a1', 'b1', 'c1'],
    ['a2', '', 'c2'],
  ]);
  // Of one column it is a line that is interrupted.
  const interrupted = pieces.filter(({ at: x, from }) => x === 150 || from === 100);
  const whole = [50, 250, 350].map((x) => upright(x, 120, 160));
  expect(rowsOf([100, 120, 160].map((y) => level(y, 50, 350)).concat(interrupted, whole), runs)[0]).toHaveLength(2);
});

test('text of a table in a cell is that cell’s', () => {
  const inner = [
    ...[124, 130, 136].map((y) => level(y, 160, 240)),
    ...[160, 200, 240].map((x) => upright(x, 124, 136)),
  ];
  const runs = [at('a', 0, 0), at('b', 1, 0), at('c', 0, 1), run('x', 165, 129), run('y', 205, 135), at('d', 2, 2)];
  expect(rowsOf([...GRID, ...inner], runs)).toEqual([
    [
      ['a', 'b', ''],
      ['c', 'x y', ''],
      ['', '', 'd'],
    ],
  ]);
});

test.each<[string, readonly Rule[], readonly TextRun[]]>([
  ['lines that do not cross', [...ROWS.map((y) => level(y, 50, 350)), upright(400, 0, 90)], FILLED],
  [
    'a frame around text',
    [level(100, 50, 350), level(160, 50, 350), upright(50, 100, 160), upright(350, 100, 160)],
    FILLED,
  ],
  ['a grid without text', GRID, []],
  ['a grid with text in one row', GRID, FILLED.slice(0, 3)],
  ['a grid with text in one column', GRID, [at('a', 1, 0), at('b', 1, 1)]],
  ['cells that hold parts of a page', GRID, [...FILLED, run('word '.repeat(200), 55, 115)]],
  ['lines of columns that go on below', [...GRID, upright(150, 162, 180)], FILLED],
  [
    'cells of any other shape',
    GRID.map((rule) => (rule.at === 120 ? level(120, 150, 350) : rule.at === 150 ? upright(150, 100, 140) : rule))
      .filter((rule) => rule.at !== 140)
      .concat(level(140, 150, 350)),
    FILLED,
  ],
])('%s are no table', (_, rules, runs) => {
  expect(ruledTables(rules, runs)).toEqual([]);
});

const texts: PdfText[] = [
  { text: 'Before the table.', x: 50, y: 750 },
  ...[0, 1, 2].flatMap((row) =>
    [0, 1].map((column) => ({ text: `${'ab'[column]}${row} words`, x: 55 + 200 * column, y: 705 - 40 * row })),
  ),
  { text: 'Behind the table.', x: 50, y: 550 },
];
const stroked = [720, 680, 640, 600].map((y) => `50 ${y} m 450 ${y} l S`).join(' ');
const filled = [50, 250, 450].map((x) => `${x - 0.5} 600 1 120 re f`).join(' ');
const TABLE = '| a0 words | b0 words |\n| --- | --- |\n| a1 words | b1 words |\n| a2 words | b2 words |';

test.each([
  ['stroked and filled', `${stroked} ${filled}`],
  ['drawn as boxes', [720, 680, 640].map((y) => `50 ${y - 40} 200 40 re 250 ${y - 40} 200 40 re S`).join(' ')],
  [
    'drawn in another space',
    `q 2 0 0 2 0 0 cm ${[360, 340, 320, 300].map((y) => `25 ${y} m 225 ${y} l S`).join(' ')} Q ${filled}`,
  ],
  ['separated by shades', `${[720, 640].map((y) => `50 ${y - 40} 400 40 re f`).join(' ')} ${filled}`],
])('the lines of a table are found that are %s', async (_, drawing) => {
  const { markdown } = await convert(makePdf([texts], { drawing }), 'x.pdf');
  expect(markdown).toBe(`<!-- page 1 -->\n\nBefore the table.\n\n${TABLE}\n\nBehind the table.\n`);
});

test('curves, and more lines than a table has, are no lines of a table', async () => {
  const curved = stroked.replaceAll(' l S', ' l 460 0 470 0 480 0 c S');
  for (const drawing of [`${curved} ${filled}`, `${stroked} ${filled} ${'0 0 m 9 0 l S '.repeat(3001)}`]) {
    expect((await convert(makePdf([texts], { drawing }), 'x.pdf')).markdown).not.toContain(TABLE);
  }
});

test.each(['S', 'f'])('a drawing of any number of corners (%s) costs a page nothing of its text', async (painting) => {
  const corners = Array.from({ length: 300_000 }, (_, i) => `${i % 400} ${i % 7} l`).join(' ');
  const { markdown, partial } = await convert(makePdf([texts], { drawing: `0 0 m ${corners} ${painting}` }), 'x.pdf');
  expect(partial).toBeUndefined();
  for (const { text } of texts) expect(markdown).toContain(text);
});
