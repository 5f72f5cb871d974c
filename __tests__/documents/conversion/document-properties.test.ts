import { documentProperties, languageTag } from '../../../documents/conversion/document-properties.ts';

test.each([
  ['en-us', 'en-US'],
  ['de_CH', 'de-CH'],
  [' zh-Hant-TW ', 'zh-Hant-TW'],
  ['x-none', undefined],
  ['not a language', undefined],
  ['', undefined],
  [7, undefined],
])('the language %j is %j', (declared, tag) => {
  expect(languageTag(declared)).toBe(tag);
});

test('what a document leaves empty, or declares as something else than text, it does not declare', () => {
  expect(documentProperties({ title: ' A title ', author: ' ', language: 'und' })).toEqual({ title: 'A title' });
  expect(documentProperties({ title: 7, author: { name: 'x' }, language: 'de-ch' })).toEqual({ language: 'de-CH' });
});
