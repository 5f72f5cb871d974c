import { joinAcrossStretchedSpaces } from '../../../../documents/conversion/pdf/aligned-gaps.ts';
import type { Segment } from '../../../../documents/conversion/pdf/segment.ts';

function segment(text: string, left: number, right: number, y = 100, size = 10): Segment {
  return { text, left, right, y, size };
}

const joined = (...segments: Segment[]) => joinAcrossStretchedSpaces(segments).map(({ text }) => text);

test('what is joined reaches from the first to the last, as large as the longest of them', () => {
  const segments = [segment('one', 20, 40), segment('three', 50, 80, 101, 12), segment('a', 90, 95, 100, 9)];
  expect(joinAcrossStretchedSpaces(segments)).toEqual([segment('one three a', 20, 95, 100, 12)]);
  expect(joinAcrossStretchedSpaces([segment('one', 20, 40), segment('two', 50, 80, 100, 12)])).toEqual([
    segment('one two', 20, 80),
  ]);
});

test.each<[what: string, second: Segment, count: number]>([
  ['a gap of nearly 1.5 font sizes', segment('b', 54.9, 70), 1],
  ['a gap of 1.5 font sizes', segment('b', 55, 70), 2],
  ['a gap of 1.5 times the smaller size', segment('b', 57, 70, 100, 12), 1],
  ['no gap', segment('b', 40, 70), 2],
  ['hardly a gap', segment('b', 40.5, 70), 1],
  ['baselines nearly 0.3 font sizes apart', segment('b', 45, 70, 102.9), 1],
  ['baselines 0.3 font sizes apart', segment('b', 45, 70, 103), 2],
  ['a baseline as far above', segment('b', 45, 70, 97), 2],
])('%s: %#', (_, second, count) => {
  expect(joined(segment('a', 20, 40), second)).toHaveLength(count);
});

test.each<[what: string, other: Segment, count: number]>([
  ['begins where the second one does', segment('c', 50, 150, 130), 3],
  ['begins nearly there', segment('c', 52.4, 150, 130), 3],
  ['begins in the next bin of 2.5 points', segment('c', 53.7, 150, 130), 3],
  ['begins nearly there, at its left', segment('c', 47.6, 150, 130), 3],
  ['begins elsewhere', segment('c', 57.5, 150, 130), 2],
  ['begins elsewhere, at its left', segment('c', 42.4, 150, 130), 2],
  ['ends where the second one does', segment('c', 0, 80, 130), 3],
  ['ends nearly there', segment('c', 0, 82.4, 130), 3],
  ['ends elsewhere', segment('c', 0, 90, 130), 2],
  ['begins where the first one does', segment('c', 20, 150, 130), 2],
  ['ends where the first one does', segment('c', 0, 40, 130), 2],
])('a segment elsewhere that %s: %#', (_, other, count) => {
  expect(joined(segment('a', 20, 40), segment('b', 50, 80), other)).toHaveLength(count);
});

test('each is joined to the one before it', () => {
  expect(joined(segment('a', 20, 40), segment('b', 70, 80), segment('c', 90, 99))).toEqual(['a', 'b c']);
});

test('a segment too far away says nothing', () => {
  expect(joined(segment('a', 20, 40), segment('b', 50, 80), segment('c', 50, 150, 160))).toHaveLength(2);
});

/** A line of words of these widths, from 20, with one gap between them. */
const line = (y: number, gap: number, ...widths: number[]) => {
  let right = 20 - gap;
  return widths.map((width, i) => {
    const left = right + gap;
    right = left + width;
    return segment(`w${i}`, left, right, y);
  });
};

test('a justified line with few words, whose spaces are all as wide as a column, is one', () => {
  const lines = [
    line(100, 8.4, 25, 22, 18, 8, 20, 14),
    line(112, 8.9, 22, 14, 5, 19, 14, 27),
    line(124, 9.5, 25, 21, 21, 8, 12, 28),
  ];
  expect(joined(...lines.flat())).toHaveLength(3);
});

test('a table with cells as wide as each other is none', () => {
  const rows = [100, 112, 124].map((y) => line(y, 9, 20, 20, 20, 20, 20));
  expect(joined(...rows.flat())).toHaveLength(15);
});

test('a cell that is centred over those of a row of three stays one', () => {
  const row = [segment('1', 22, 38, 112), segment('2', 52, 62, 112), segment('3', 90, 99, 112)];
  expect(joined(segment('simple', 20, 40), segment('complex', 48, 66), ...row)).toHaveLength(5);
});
