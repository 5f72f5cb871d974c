import { padded, printable, textTable } from '../../cli/terminal-text.ts';

test('text of others cannot steer the terminal', () => {
  expect(printable('a\u001b[31m\r\n\u009b\u202egrüße 文書.pdf')).toBe('a?[31m????grüße 文書.pdf');
});

// Terminals show each of these characters in two columns, an emoji of several code points as well.
test('columns are as wide as what they hold is shown, not as it is stored', () => {
  const rows = [
    ['報告書.pdf', '1', 'ok'],
    ['🙂.md', '12', 'ok'],
    ['👨‍👩‍👧.txt', '3', 'ok'],
    ['e\u0301te\u0301.csv', '4', 'ok'],
  ];
  expect(textTable(['Document', 'N', 'Result'], rows, new Set([1])).split('\n')).toEqual([
    'Document     N  Result',
    '----------  --  ------',
    '報告書.pdf   1  ok',
    '🙂.md       12  ok',
    '👨‍👩‍👧.txt       3  ok',
    'e\u0301te\u0301.csv      4  ok',
  ]);
});

test('a cell has one line and cannot steer the terminal', () => {
  expect(
    textTable(['Document'], [['a\u001b[2J\nb'], ['c\td']], new Set())
      .split('\n')
      .slice(2),
  ).toEqual(['a?[2J?b', 'c?d']);
});

test('a column of texts is as wide as the widest', () => {
  expect(padded(['報告書', 'a', '', '🙂'])).toEqual(['報告書', 'a     ', '      ', '🙂    ']);
});

test('a table without rows is its headings', () => {
  expect(textTable(['Document', 'N'], [], new Set([1]))).toBe('Document  N\n--------  -');
});
