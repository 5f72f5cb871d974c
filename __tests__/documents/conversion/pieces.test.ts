import fc from 'fast-check';
import { piecesOf } from '../../../documents/conversion/pieces.ts';

const LIMIT = 65_536;

test('pieces are the text again, none longer than the limit, and no character is cut in two', () => {
  const unit = fc.constantFrom('a', ' ', '\n', '😀');
  const texts = fc
    .array(fc.tuple(unit, fc.nat(40_000)), { maxLength: 6 })
    .map((runs) => runs.map(([s, n]) => s.repeat(n)).join(''));
  fc.assert(
    fc.property(texts, (text) => {
      const pieces = [...piecesOf(text)];
      expect(pieces.join('')).toBe(text);
      expect(pieces.every((piece) => piece.length <= LIMIT && piece.isWellFormed())).toBe(true);
    }),
    { numRuns: 50 },
  );
});

test('lines and words stay whole where they can', () => {
  expect([...piecesOf(`${'line\n'.repeat(20_000)}`)].every((piece) => piece.endsWith('\n'))).toBe(true);
  expect([...piecesOf('word '.repeat(20_000))].every((piece) => piece.endsWith(' '))).toBe(true);
});
