import fc from 'fast-check';
import { type Box, boxesOf } from '../../../../documents/conversion/pdf/box.ts';
import type { Segment } from '../../../../documents/conversion/pdf/segment.ts';
import { findTables, type Row, rowsOf } from '../../../../documents/conversion/pdf/table-finder.ts';

const WIDTH = 500;

function segment(text: string, left: number, y: number, right = left + 5 * text.length): Segment {
  return { text, left, right, y, size: 10 };
}

function find(segments: readonly Segment[]) {
  return findTables(rowsOf(boxesOf(segments)), WIDTH, () => false);
}

test('any full grid is found as it was drawn', () => {
  const shape = fc.record({ rows: fc.integer({ min: 3, max: 8 }), columns: fc.integer({ min: 2, max: 5 }) });
  fc.assert(
    fc.property(shape, fc.infiniteStream(fc.stringMatching(/^[A-Z][a-z]{1,9}$/)), ({ rows, columns }, words) => {
      const grid = Array.from({ length: rows }, () =>
        Array.from({ length: columns }, () => words.next().value as string),
      );
      const segments = grid.flatMap((cells, r) => cells.map((text, c) => segment(text, 20 + 95 * c, 100 + 15 * r)));
      expect(find(segments)).toEqual([{ table: grid }]);
    }),
  );
});

test("a group's name between rows belongs to the table", () => {
  const segments = [
    ...['Organ', 'Often', 'Rare'].map((text, c) => segment(text, 20 + 150 * c, 100)),
    segment('Heart', 20, 114),
    ...['Flutter', 'no', 'yes'].map((text, c) => segment(text, 20 + 150 * c, 128)),
    ...['Murmur', 'yes', 'no'].map((text, c) => segment(text, 20 + 150 * c, 142)),
  ];
  expect(find(segments)).toEqual([
    {
      table: [
        ['Organ', 'Often', 'Rare'],
        ['Heart', '', ''],
        ['Flutter', 'no', 'yes'],
        ['Murmur', 'yes', 'no'],
      ],
    },
  ]);
});

test('a line across the columns ends a table', () => {
  const grid = [100, 115, 130].flatMap((y) => [segment('left', 20, y), segment('right', 300, y)]);
  expect(find([...grid, segment('A line that reaches over both columns of it.', 20, 145, 450)])).toHaveLength(2);
});

interface Cell {
  readonly text?: string;
  readonly right?: number;
  readonly bottom?: number;
  readonly size?: number;
}

/** A box of one line, 10 points high and wide unless told. */
function box(
  left: number,
  top: number,
  { text = 'x', right = left + 10, bottom = top + 10, size = 10 }: Cell = {},
): Box {
  return { lines: [{ text, left, right, y: bottom, size }], left, right, top, bottom, size };
}

/** A row of boxes at these places. */
const across = (top: number, ...lefts: number[]): Row => lefts.map((left) => box(left, top));

/** What is found, tables as their rows and columns and everything else as its number of boxes. */
function shapes(rows: readonly Row[], isHeading: (box: Box) => boolean = () => false, textWidth = WIDTH) {
  return findTables(rows, textWidth, isHeading).map((found) =>
    'table' in found ? `${found.table.length}x${found.table[0]?.length}` : found.row.length,
  );
}

describe('a row', () => {
  test.each<[what: string, second: Box, rows: number]>([
    ['stands behind the first', box(30.1, 100), 1],
    ['begins where the first ends', box(30, 100), 2],
    ['stands before the first', box(0, 100), 2],
    ['shares more than 0.35 of its height with it', box(50, 106.4), 1],
    ['shares 0.35 of its height with it', box(50, 106.5), 2],
    ['shares 0.35 of its height from above', box(50, 93.5), 2],
    ['shares all of its own, smaller height', box(50, 104, { bottom: 106 }), 1],
  ])('a box that %s: %#', (_, second, rows) => {
    expect(rowsOf([box(20, 100), second])).toHaveLength(rows);
  });

  test('is as high as all of its boxes together, and ends where its last one does', () => {
    const tall = box(20, 100, { bottom: 160 });
    expect(rowsOf([tall, box(50, 100), box(80, 148)])).toHaveLength(1);
    expect(rowsOf([box(20, 100), box(50, 100), box(40, 100)])).toHaveLength(2);
    expect(rowsOf([box(20, 150, { bottom: 160 }), box(50, 100, { bottom: 160 }), box(80, 102)])).toHaveLength(1);
  });
});

describe('a table', () => {
  test.each<[rows: number, columns: number, found: unknown[]]>([
    [1, 3, [3]],
    [2, 2, [2, 2]],
    [2, 3, ['2x3']],
    [3, 2, ['3x2']],
  ])('of %d rows and %d columns: %j', (rows, columns, found) => {
    const lefts = Array.from({ length: columns }, (_, i) => 20 + 100 * i);
    expect(shapes(Array.from({ length: rows }, (_, i) => across(100 + 15 * i, ...lefts)))).toEqual(found);
  });

  test.each<[gap: number, found: unknown[]]>([
    [29.9, ['2x3']],
    [30, [3, 3]],
    [-4.9, ['2x3']],
    [-5, [3, 3]],
  ])('whose rows are %d points apart: %j', (gap, found) => {
    expect(shapes([across(100, 20, 100, 200), across(110 + gap, 20, 100, 200)])).toEqual(found);
  });

  test('measures its gaps from the lowest box of a row to the highest of the next, by its largest size', () => {
    const above = [box(20, 100), box(100, 100, { bottom: 120 }), box(200, 100)];
    expect(shapes([above, across(149, 20, 100, 200)])).toEqual(['2x3']);
    expect(shapes([across(100, 20, 100, 200), [box(20, 145), box(100, 139), box(200, 145)]])).toEqual(['2x3']);
    expect(shapes([across(100, 20, 100, 200), [box(20, 150), box(100, 150, { size: 14 }), box(200, 150)]])).toEqual([
      '2x3',
    ]);
  });

  test.each<[what: string, above: number, below: number, found: unknown[]]>([
    ['near both', 11.9, 11.9, ['4x3']],
    ['far from the row above', 12, 11.9, ['2x3', 1, 3]],
    ['far from the row below', 11.9, 12, ['2x3', 1, 3]],
  ])('and a row of one cell inside it, %s: %j', (_, above, below, found) => {
    const full = (top: number) => across(top, 20, 100, 200);
    expect(shapes([full(85), full(100), across(110 + above, 20), full(120 + above + below)])).toEqual(found);
  });

  test('goes on behind a row of one cell with any row of two', () => {
    const full = (top: number) => across(top, 20, 100, 200);
    expect(shapes([full(85), full(100), across(115, 20), across(130, 20, 100)])).toEqual(['4x3']);
  });

  test('does not begin with a row of one cell behind a row of headings', () => {
    const rows = [across(85, 20, 100), across(100, 20), across(115, 20, 100, 200), across(130, 20, 100, 200)];
    expect(shapes(rows, ({ top }) => top === 85)).toEqual([2, 1, '2x3']);
  });

  test('neither begins nor ends with a row of one cell, nor has two of them on end', () => {
    const full = (top: number) => across(top, 20, 100, 200);
    expect(shapes([across(100, 20), full(115), full(130), across(145, 20)])).toEqual([1, '2x3', 1]);
    expect(shapes([full(85), full(100), across(115, 20), across(130, 20), full(145), full(160)])).toEqual([
      '2x3',
      1,
      1,
      '2x3',
    ]);
  });

  test('ends before a row of headings, and not before one with a heading among its cells', () => {
    const rows = [across(100, 20, 100, 200), across(115, 20, 100, 200), across(130, 20, 100, 200)];
    expect(shapes(rows, ({ top }) => top === 130)).toEqual(['2x3', 3]);
    expect(shapes(rows, ({ top, left }) => top === 130 && left === 20)).toEqual(['3x3']);
  });

  test.each<[what: string, row: Row, found: unknown[]]>([
    ['a cell over two columns', [box(20, 145, { right: 105 }), box(200, 145)], ['3x3', 2]],
    [
      'two cells under one column',
      [box(20, 145, { right: 25 }), box(31, 145, { right: 39 }), box(200, 145)],
      ['3x3', 3],
    ],
    ['a cell that only touches two columns', [box(40, 145, { right: 100 }), box(200, 145)], ['4x4']],
  ])('with %s', (_, row, found) => {
    const full = (top: number) => [box(20, top, { right: 40 }), box(100, top), box(200, top)];
    expect(shapes([full(100), full(115), full(130), row])).toEqual(found);
  });

  test('has its columns as wide as their widest cells, in their order, whichever row brings them', () => {
    const cell = (text: string, left: number, top: number, right?: number) =>
      box(left, top, { text, ...(right !== undefined && { right }) });
    const rows = [
      [cell('a', 100, 100, 140), cell('b', 200, 100)],
      [cell('c', 20, 115), cell('d', 80, 115, 110), cell('e', 200, 115)],
      [cell('f', 20, 130), cell('g', 85, 130, 90), cell('h', 195, 130, 201)],
      [cell('i', 20, 145), cell('j', 135, 145, 160), cell('k', 197, 145, 199)],
    ];
    expect(findTables(rows, WIDTH, () => false)).toEqual([
      {
        table: [
          ['', 'a', 'b'],
          ['c', 'd', 'e'],
          ['f', 'g', 'h'],
          ['i', 'j', 'k'],
        ],
      },
    ]);
  });

  test('keeps a cell of turned text, which has no width', () => {
    const rows = [100, 115, 130].map((top) => [box(20, top), box(100, top, { text: 'turned', right: 100 })]);
    expect(findTables(rows, WIDTH, () => false)).toEqual([{ table: Array(3).fill(['x', 'turned']) }]);
  });

  test.each<[what: string, rows: number[][], found: unknown[]]>([
    [
      'three rows, 8 of 9 cells filled',
      [
        [20, 100, 200],
        [20, 100],
        [20, 100, 200],
      ],
      ['3x3'],
    ],
    [
      'three rows of five, 12 of 15',
      [
        [20, 100, 200, 300, 400],
        [20, 100, 200],
        [20, 100, 200, 300],
      ],
      ['3x5'],
    ],
    [
      'three rows, 7 of 9',
      [
        [20, 100, 200],
        [20, 100],
        [20, 100],
      ],
      [3, 2, 2],
    ],
    [
      'four rows, 8 of 16',
      [
        [20, 100],
        [200, 300],
        [20, 100],
        [200, 300],
      ],
      ['4x4'],
    ],
    [
      'four rows of five, 9 of 20',
      [
        [20, 100, 200],
        [20, 300],
        [20, 400],
        [20, 100],
      ],
      [3, 2, 2, 2],
    ],
  ])('of %s: %j', (_, rows, found) => {
    expect(shapes(rows.map((lefts, i) => across(100 + 15 * i, ...lefts)))).toEqual(found);
  });

  test('joins the lines of a cell', () => {
    const two: Box = { ...box(20, 100), lines: ['re-', 'bound'].map((text) => ({ ...segment(text, 20, 110) })) };
    expect(findTables([[two, box(100, 100), box(200, 100)], across(115, 20, 100, 200)], WIDTH, () => false)).toEqual([
      {
        table: [
          ['rebound', 'x', 'x'],
          ['x', 'x', 'x'],
        ],
      },
    ]);
  });
});

describe('two columns', () => {
  const rowsOfTwo = (first: Cell[], second: Cell = {}) =>
    first.map((cell, i) => [box(20, 100 + 15 * i, cell), box(300, 100 + 15 * i, second)]);

  test.each<[what: string, first: Cell[], found: unknown[]]>([
    ['labels that stand apart', ['1.', '2.', '(c)'].map((text) => ({ text })), [2, 2, 2]],
    ['items with their marks', ['• a', '1. b', '- c'].map((text) => ({ text })), [2, 2, 2]],
    ['labels but for one', ['1.', 'two', '3.'].map((text) => ({ text })), ['3x2']],
  ])('that begin with %s: %j', (_, first, found) => {
    expect(shapes(rowsOfTwo(first))).toEqual(found);
  });

  test('three columns with labels in the first are a table', () => {
    const rows = [0, 1, 2].map((i) => [box(20, 100 + 15 * i, { text: `${i}.` }), ...across(100 + 15 * i, 100, 200)]);
    expect(shapes(rows)).toEqual(['3x3']);
  });

  test.each<[first: number, second: number, found: unknown[]]>([
    [176, 176, [2, 2, 2]],
    [175, 176, ['3x2']],
    [176, 175, ['3x2']],
  ])('of %d and %d points on a page of 500: %j', (first, second, found) => {
    const wide = (width: number, left: number) => ({ right: left + width });
    expect(shapes(rowsOfTwo([wide(first, 20), wide(first, 20), wide(first, 20)], wide(second, 300)))).toEqual(found);
  });
});

test('behind rows that are no table, one is found that begins further on', () => {
  const rows = [across(100, 20, 300), across(115, 20, 100, 200), across(130, 20, 100, 200), across(145, 20, 100, 200)];
  expect(shapes([[box(20, 85, { right: 150 }), box(300, 85)], ...rows.slice(1)])).toEqual([2, '3x3']);
});

test('two tables with a gap between them are two', () => {
  const rows = [100, 115, 130, 200, 215, 230].map((top) => across(top, 20, 300));
  expect(shapes(rows)).toEqual(['3x2', '3x2']);
});

test('a column that a wide cell has widened takes what stands under any part of it', () => {
  const rows = [across(100, 20, 300), [box(20, 115, { right: 90 }), box(300, 115)], across(130, 70, 300)];
  expect(shapes(rows)).toEqual(['3x2']);
});

test('a row under none of the cells above it is measured from the lowest of them', () => {
  const rows = [
    [box(20, 100), box(100, 100, { bottom: 145 })],
    across(147, 200, 300),
    across(162, 20, 100, 200, 300),
    across(177, 20, 100, 200, 300),
  ];
  expect(shapes(rows)).toEqual(['4x4']);
});

test('names of columns in larger letters begin a table, a heading of two parts does not', () => {
  const rows = (columns: number) =>
    [0, 1, 2, 3].flatMap((row) =>
      Array.from({ length: columns }, (_, column) =>
        segment(`${'abc'[column]}${row}`, 20 + 150 * column, 100 + 15 * row),
      ),
    );
  const isHeading = ({ lines: [line] }: Box) => line?.text.endsWith('0') ?? false;
  const found = (columns: number) => findTables(rowsOf(boxesOf(rows(columns))), WIDTH, isHeading);
  expect(found(3)).toEqual([{ table: [0, 1, 2, 3].map((row) => [`a${row}`, `b${row}`, `c${row}`]) }]);
  expect(found(2)).toEqual([{ row: expect.anything() }, { table: [1, 2, 3].map((row) => [`a${row}`, `b${row}`]) }]);
});
