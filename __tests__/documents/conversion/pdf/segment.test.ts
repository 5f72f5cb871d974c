import { raised } from '../../../../documents/conversion/blocks.ts';
import { joinLines, segmentsOf } from '../../../../documents/conversion/pdf/segment.ts';
import type { TextRun } from '../../../../documents/conversion/pdf/text-run.ts';

function run(text: string, x: number, rest: Partial<TextRun> = {}): TextRun {
  return { text, x, y: 100, width: 20, size: 10, rightToLeft: false, artifact: false, ...rest };
}

const textsOf = (...runs: TextRun[]) => segmentsOf(runs).map(({ text }) => text);

test.each<[what: string, second: TextRun, texts: string[]]>([
  ['a gap that reads as no space', run('b', 41.5), ['ab']],
  ['a gap that reads as a space', run('b', 41.7), ['a b']],
  ['a gap of nearly 0.7 font sizes', run('b', 46.9), ['a b']],
  ['a gap of 0.7 font sizes', run('b', 47), ['a', 'b']],
  ['a gap of 0.7 times the smaller size', run('b', 47, { size: 12 }), ['a b']],
  ['a run that goes back by less than its size', run('b', 30.1), ['ab']],
  ['a run that goes back by its size', run('b', 30), ['a', 'b']],
  ['a power', run('2', 40, { y: 96, size: 6 }), [`a${raised('2', 'sup')}`]],
  ['a power that stands high', run('2', 40, { y: 93.6, size: 6 }), [`a${raised('2', 'sup')}`]],
  ['an index', run(' 2 ', 40, { y: 102, size: 6 }), [`a ${raised('2', 'sub')}`]],
  ['small letters on the line', run('B', 40, { y: 99.5, size: 6 }), ['aB']],
  ['a raised sentence', run('make sure of it all', 40, { y: 96, size: 6 }), ['amake sure of it all']],
  ['a raised sign', run('°', 40, { y: 96, size: 6 }), ['a°']],
  ['a raised letter of the same size', run('b', 40, { y: 97 }), ['ab']],
  ['a baseline that is too far away', run('b', 40, { y: 95.9 }), ['a', 'b']],
  ['a run that begins with its space', run(' b', 43), ['a b']],
  ['right-to-left text at its left', run('b', -1, { rightToLeft: true }), ['ab']],
  ['right-to-left text at its left, behind a space', run('b', -2, { rightToLeft: true }), ['a b']],
  ['right-to-left text at its right', run('b', 43, { rightToLeft: true }), ['a', 'b']],
])('%s: %j', (_, second, texts) => {
  expect(textsOf(run('a', 20), second)).toEqual(texts);
});

test('a space that is written is one, once', () => {
  expect(textsOf(run('a', 20), run(' ', 40), run('b', 40), run('c', 60))).toEqual(['a bc']);
  expect(textsOf(run('a ', 20), run(' ', 40), run('b', 43))).toEqual(['a b']);
  expect(textsOf(run('a', 20), run(' ', 40), run('b', 100), run('c', 120))).toEqual(['a', 'bc']);
});

test('a shadow is left out, and the same letter twice is not', () => {
  expect(textsOf(run('a', 20), run('a', 21.1, { y: 101.1 }), run('b', 40))).toEqual(['ab']);
  expect(textsOf(run('a', 20), run('b', 20.5))).toEqual(['a', 'b']);
  expect(textsOf(run('a', 20, { width: 1 }), run('a', 21.3, { width: 1 }))).toEqual(['aa']);
  expect(textsOf(run('a', 20), run('a', 20, { y: 101.2 }))).toEqual(['a', 'a']);
});

test('a segment reaches from its leftmost to its rightmost run, and is as large as its longest', () => {
  expect(segmentsOf([run('ab', 20), run('c', 40, { size: 6, y: 98 }), run('def', 60, { size: 11 })])).toEqual([
    { text: `ab${raised('c', 'sup')}def`, left: 20, right: 80, y: 100, size: 11 },
  ]);
  expect(segmentsOf([run('ab', 20), run('c', -1, { rightToLeft: true })])).toMatchObject([{ left: -1, right: 40 }]);
});

test('segments on one baseline are put from left to right, and those of other lines stay', () => {
  expect(textsOf(run('c', 200), run('b', 100, { y: 102.9 }), run('a', 20), run('d', 10, { y: 103 }))).toEqual([
    'a',
    'b',
    'c',
    'd',
  ]);
});

test('a line below two others is sorted by itself', () => {
  const [one, two] = [{ y: 112 }, { y: 124 }];
  expect(
    textsOf(run('b', 100), run('a', 20), run('d', 100, one), run('c', 20, one), run('f', 100, two), run('e', 20, two)),
  ).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
});

test('of runs as long as each other the first gives the size', () => {
  expect(segmentsOf([run('ab', 20), run('cd', 40, { size: 11 })])).toMatchObject([{ size: 10 }]);
});

test('five dots lead to a page number, four are text', () => {
  expect(textsOf(run('Habits . . . . . 7', 20))).toEqual(['Habits … 7']);
  expect(textsOf(run('Wait.... 7', 20))).toEqual(['Wait.... 7']);
});

test.each([
  [['one', 'two'], 'one two'],
  [['para-', 'graph'], 'paragraph'],
  [['soft\u00ad', 'Hyphen'], 'softHyphen'],
  [['North-', 'South'], 'North-South'],
  [['2020–', '2026'], '2020–2026'],
  [['either/', 'or'], 'either/or'],
  [['a -', 'b'], 'a - b'],
  [['x-y', 'z'], 'x-y z'],
  [['', 'a'], 'a'],
  [[], ''],
])('the lines %j read %j', (lines, text) => {
  expect(joinLines(lines)).toBe(text);
});

test('a power that is drawn piece by piece is one', () => {
  const small = { y: 96, size: 6, width: 5 };
  expect(textsOf(run('10', 20), run('−', 40, small), run('1', 45, small), run('2', 50, small), run('m', 55))).toEqual([
    `10${raised('−12', 'sup')}m`,
  ]);
});
