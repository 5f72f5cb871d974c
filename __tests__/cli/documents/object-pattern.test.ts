import fc from 'fast-check';
import { fittingObjects, objectPatternOf } from '../../../cli/documents/object-pattern.ts';
import { MemoryObjectStore } from '../../../simulation/memory-object-store.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const fits = (pattern: string, name: string) => objectPatternOf(`gs://bucket/${pattern}`)?.fits(name);

test.each([
  ['**', 'a/b.pdf', true],
  ['*', 'a.pdf', true],
  ['*', 'a/b.pdf', false],
  ['in/*.pdf', 'in/a.pdf', true],
  ['in/*.pdf', 'in/a.pdf.txt', false],
  ['in/*.pdf', 'in/aXpdf', false],
  ['in/**/*.pdf', 'in/a.pdf', true],
  ['in/**/*.pdf', 'in/a/b/c.pdf', true],
  ['in/**', 'inn/a', false],
  ['a(b)[c]?*', 'a(b)[c]?d', true],
  ['a?*', 'ab', false],
  ['***', 'a/b', true],
  ['a*', 'a\u2028b', true],
])('%s and %j: %p', (pattern, name, expected) => {
  expect(fits(pattern, name)).toBe(expected);
});

test.each(['gs://bucket/a.pdf', 'gs://bucket', 'a/*.pdf', 'gs://b*/a'])('%s is no pattern', (uri) => {
  expect(objectPatternOf(uri)).toBeUndefined();
});

test('what is listed is what a pattern begins with', () => {
  expect(objectPatternOf('gs://bucket/in/2026-*/x/**')).toMatchObject({ bucket: 'bucket', prefix: 'in/2026-' });
});

test('a name fits the pattern that has any part of it, without its folders, replaced by a star', () => {
  const name = fc.string({ minLength: 1, maxLength: 30, unit: fc.constantFrom('a', '.', '/', '+', '$', '(', 'é') });
  fc.assert(
    fc.property(name, fc.nat(30), fc.nat(30), (text, from, length) => {
      const [begin, middle, end] = [text.slice(0, from), text.slice(from, from + length), text.slice(from + length)];
      fc.pre(!['.', '..'].includes(text));
      expect(fits(`${begin}**${end}`, text)).toBe(true);
      expect(fits(`${begin}*${end}`, text)).toBe(!middle.includes('/'));
    }),
  );
});

test('what the project writes itself is no document, where both buckets are one', async () => {
  const store = new MemoryObjectStore(new VirtualClock(), ['one']);
  for (const name of ['a.pdf', 'leases/k/1', 'results/k/document.md', 'state/k/1.open', 'statement.pdf']) {
    store.objects.insert('one', name, 'Hello');
  }
  const pattern = objectPatternOf('gs://one/**');
  if (pattern === undefined) throw new Error('It is a pattern.');
  const names = async (resultsBucket: string) => {
    const listing = { store, settings: { resultsBucket }, signal: new AbortController().signal };
    const found: string[] = [];
    for await (const { name } of fittingObjects(pattern, 100, listing)) found.push(name);
    return found;
  };
  expect(await names('one')).toEqual(['a.pdf', 'statement.pdf']);
  expect(await names('other')).toHaveLength(5);
});
