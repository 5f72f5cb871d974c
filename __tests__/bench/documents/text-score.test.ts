import { scoreText } from '../../../bench/documents/text-score.ts';

test('the same text scores 1, whatever its markup', () => {
  const table = '| a b | c |\n| --- | --- |\n| 1 | 2 |';
  expect(scoreText(`# The **Title**\n\n${table}`, `The title\n\n${table.replaceAll('---', '-')}`)).toEqual({
    words: 1,
    order: 1,
    cells: 1,
  });
});

test('words count as often as they stand there', () => {
  expect(scoreText('a b', 'a b b').words).toBeCloseTo(4 / 5);
  expect(scoreText('x', 'a').words).toBe(0);
});

test('order is the longest run of words in the same order', () => {
  expect(scoreText('c a b', 'a b c').order).toBeCloseTo(2 / 3);
  expect(scoreText('x', 'a').order).toBeUndefined();
});

test('cells are those of tables that are not empty, and undefined where none is expected', () => {
  expect(scoreText('| a |  |\n| --- | --- |\n| b | c |', '| a |\n| - |\n| b |').cells).toBeCloseTo(4 / 5);
  expect(scoreText('| a |', 'a').cells).toBeUndefined();
});

test('what is escaped is no markup, and addresses are no words', () => {
  expect(scoreText('\\<w:p> a [\\[1\\]](#note)', '&lt;w:p&gt; a 1').words).toBe(1);
  expect(scoreText('[![duck](/pond.jpg)](/farm) b', 'duck b').words).toBe(1);
});
