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
  ['begins where the second one does', segment('c', 50, 150, 200), 3],
  ['begins nearly there', segment('c', 52.4, 150, 200), 3],
  ['begins in the next bin of 2.5 points', segment('c', 53.7, 150, 200), 3],
  ['begins nearly there, at its left', segment('c', 47.6, 150, 200), 3],
  ['begins elsewhere', segment('c', 57.5, 150, 200), 2],
  ['begins elsewhere, at its left', segment('c', 42.4, 150, 200), 2],
  ['ends where the second one does', segment('c', 0, 80, 200), 3],
  ['ends nearly there', segment('c', 0, 82.4, 200), 3],
  ['ends elsewhere', segment('c', 0, 90, 200), 2],
  ['begins where the first one does', segment('c', 20, 150, 200), 2],
  ['ends where the first one does', segment('c', 0, 40, 200), 2],
])('a segment elsewhere that %s: %#', (_, other, count) => {
  expect(joined(segment('a', 20, 40), segment('b', 50, 80), other)).toHaveLength(count);
});

test('each is joined to the one before it', () => {
  expect(joined(segment('a', 20, 40), segment('b', 70, 80), segment('c', 90, 99))).toEqual(['a', 'b c']);
});
