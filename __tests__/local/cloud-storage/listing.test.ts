import fc from 'fast-check';
import { type ListQuery, listPage } from '../../../local/cloud-storage/listing.ts';

const names = ['a', 'a/1', 'a/2', 'a/b/3', 'b/1', 'c'];

test('without a query everything is one page, in order', () => {
  expect(listPage(['c', ...names], {})).toMatchObject({ prefixes: [], nextPageToken: undefined });
  expect(listPage([...names].reverse(), {}).names).toEqual(names);
});

test('a prefix keeps the names that start with it', () => {
  expect(listPage(names, { prefix: 'a/' }).names).toEqual(['a/1', 'a/2', 'a/b/3']);
});

test('a delimiter rolls up what is below it, as seen from the prefix', () => {
  expect(listPage(names, { delimiter: '/' })).toMatchObject({ names: ['a', 'c'], prefixes: ['a/', 'b/'] });
  expect(listPage(names, { prefix: 'a/', delimiter: '/' })).toMatchObject({
    names: ['a/1', 'a/2'],
    prefixes: ['a/b/'],
  });
});

test('the order is that of UTF-8, also beyond U+FFFF', () => {
  expect(listPage(['\u{1f600}', '\uffee', 'z'], {}).names).toEqual(['z', '\uffee', '\u{1f600}']);
});

test.each(['', 'not base64!', 'YQ'])('the page token %p is refused', (pageToken) => {
  expect(() => listPage(names, { pageToken })).toThrow(
    `Invalid value '${pageToken}' for pageToken: take nextPageToken of the page before.`,
  );
});

test('a page has at most 1,000 entries', () => {
  const many = Array.from({ length: 1500 }, (_, i) => String(i));
  expect(listPage(many, { maxResults: 5000 }).names).toHaveLength(1000);
});

const name = fc.stringMatching(/^[ab/]{1,6}$/);

test('the pages of any size together are the definition', () => {
  const query = fc.record({
    prefix: fc.stringMatching(/^[ab/]{0,2}$/),
    delimiter: fc.constantFrom(undefined, '/', 'b'),
  });
  fc.assert(
    fc.property(
      fc.uniqueArray(name),
      query,
      fc.integer({ min: 1, max: 4 }),
      (all, { prefix, delimiter }, maxResults) => {
        const matching = all.filter((one) => one.startsWith(prefix));
        const rolledUp = (one: string) => delimiter !== undefined && one.slice(prefix.length).includes(delimiter);
        const prefixOf = (one: string) =>
          prefix + one.slice(prefix.length).split(String(delimiter))[0] + String(delimiter);
        const pages = allPages(all, { prefix, delimiter, maxResults });
        expect(pages.flatMap((page) => page.names)).toEqual(matching.filter((one) => !rolledUp(one)).sort());
        expect(pages.flatMap((page) => page.prefixes)).toEqual(
          [...new Set(matching.filter(rolledUp).map(prefixOf))].sort(),
        );
        for (const page of pages.slice(0, -1)) expect(page.names.length + page.prefixes.length).toBe(maxResults);
      },
    ),
  );
});

function allPages(all: string[], query: ListQuery) {
  const pages = [listPage(all, query)];
  for (let last = pages[0]; last?.nextPageToken !== undefined; last = pages.at(-1)) {
    pages.push(listPage(all, { ...query, pageToken: last.nextPageToken }));
  }
  return pages;
}
