import { leavesTablesOpen } from '../../../../documents/conversion/pdf/open-tables.ts';
import type { Segment } from '../../../../documents/conversion/pdf/segment.ts';

const HEIGHT = 842;
const segment = (text: string, left: number, y: number): Segment => ({
  text,
  left,
  right: left + 5 * text.length,
  y,
  size: 10,
});
/** Cells of a row, 150 points apart; an empty one is not there. */
const row = (y: number, ...cells: string[]) =>
  cells.flatMap((text, column) => (text === '' ? [] : [segment(text, 50 + 150 * column, y)]));

test.each<[string, Segment[], boolean]>([
  ['prose', [segment('A line of words', 50, 300), segment('and another', 50, 312)], false],
  ['a list', [300, 315, 330].flatMap((y) => [segment('•', 50, y), segment('item', 75, y)]), false],
  ['a full table of single lines', [300, 315, 330].flatMap((y) => row(y, 'a', 'b', 'c')), false],
  [
    'a table with an empty cell',
    [...row(300, 'a', 'b', 'c'), ...row(315, 'd', '', 'e'), ...row(330, 'f', 'g', 'h')],
    true,
  ],
  [
    'a large table with an empty cell',
    [300, 315, 330, 345].flatMap((y) => (y === 330 ? row(y, 'a', '', 'c') : row(y, 'a', 'b', 'c'))),
    false,
  ],
  ['a row of many pieces', row(300, 'a', 'b', 'c', 'd'), true],
  [
    'rows of two pieces that are no table',
    [...row(300, 'a', 'b'), segment('Words', 50, 330), ...row(400, 'c', 'd')],
    true,
  ],
  ['a header of many pieces', row(40, 'a', 'b', 'c', 'd'), false],
])('%s', (_, segments, isOpen) => {
  expect(leavesTablesOpen(segments, HEIGHT)).toBe(isOpen);
});
