import fc from 'fast-check';
import { boxesOf } from '../../../../documents/conversion/pdf/box.ts';
import type { Segment } from '../../../../documents/conversion/pdf/segment.ts';
import { findTables, rowsOf } from '../../../../documents/conversion/pdf/table-finder.ts';

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

test('two rows of two are no table', () => {
  const segments = [segment('a', 20, 100), segment('b', 200, 100), segment('c', 20, 115), segment('d', 200, 115)];
  expect(find(segments).some((found) => 'table' in found)).toBe(false);
});

test('labels with their text are no table', () => {
  const segments = [1, 2, 3].flatMap((i) => [
    segment(`${i}.`, 20, 100 + 15 * i),
    segment('some text', 60, 100 + 15 * i),
  ]);
  expect(find(segments).some((found) => 'table' in found)).toBe(false);
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
