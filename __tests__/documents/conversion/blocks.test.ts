import fc from 'fast-check';
import { blocksToMarkdown, tableToMarkdown } from '../../../documents/conversion/blocks.ts';

test('stands blocks apart and keeps a list together', () => {
  expect(
    blocksToMarkdown([
      { kind: 'heading', level: 2, text: 'List' },
      { kind: 'item', depth: 0, marker: '1.', text: 'one' },
      { kind: 'item', depth: 1, marker: '-', text: 'nested' },
      { kind: 'paragraph', text: 'After *it*.' },
    ]),
  ).toBe('## List\n\n1. one\n    - nested\n\nAfter \\*it\\*.');
});

test('a table gets its line below the head, and short rows their missing cells', () => {
  expect(tableToMarkdown([['a', 'b'], ['c']])).toBe('| a | b |\n| --- | --- |\n| c |  |');
});

test('a cell keeps its lines and pipes', () => {
  expect(tableToMarkdown([['one\ntwo', 'x | y', 'a \\| b']])).toContain('| one<br>two | x \\| y | a \\| b |');
});

test('every row of any table has the same number of columns', () => {
  const cell = fc.string({ unit: fc.constantFrom(...'ab |\n\\') });
  fc.assert(
    fc.property(fc.array(fc.array(cell, { minLength: 1, maxLength: 4 }), { minLength: 1, maxLength: 5 }), (rows) => {
      const widths = tableToMarkdown(rows)
        .split('\n')
        .map((line) => line.match(/(?<!\\)(?:\\\\)*\|/g)?.length);
      expect(new Set(widths).size).toBe(1);
    }),
  );
});

test('a quotation keeps its lines apart', () => {
  expect(blocksToMarkdown([{ kind: 'quotation', text: 'one\ntwo *' }])).toBe('> one\n>\n> two \\*');
});

test('a long row and many short ones are too many cells', () => {
  expect(() => tableToMarkdown([Array(2000).fill('x'), ...Array(501).fill(['x'])])).toThrow(
    'A table of the document has more than 1000000 cells, empty ones included.',
  );
});
