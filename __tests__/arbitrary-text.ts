import fc from 'fast-check';

/*
 * Where fast-check's own `unit: 'binary'`, `webPath()` and `webUrl()` are meant: each of them first makes a table of every
 * code point, to shrink by, which takes longer than the test it is for.
 */

/** Any character of Unicode, as `unit` of a string. */
export const anyCharacter: fc.Arbitrary<string> = fc
  .oneof(fc.integer({ min: 0, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff }))
  .map((codePoint) => String.fromCodePoint(codePoint));

const pathCharacter = fc.oneof(
  { weight: 9, arbitrary: fc.constantFrom(..."abcdefghijklmnopqrstuvwxyzABCXYZ0123456789-._~!$&'()*+,;=:@") },
  { weight: 1, arbitrary: anyCharacter.map((character) => encodeURIComponent(character)) },
);

/** The path of a URL, empty or from its first slash on (RFC 3986, path-abempty). */
export const webPath: fc.Arbitrary<string> = fc
  .array(fc.string({ unit: pathCharacter }))
  .map((segments) => segments.map((segment) => `/${segment}`).join(''));

/** A URL of a domain. */
export const webUrl: fc.Arbitrary<string> = fc
  .tuple(fc.constantFrom('http', 'https'), fc.domain(), webPath)
  .map(([scheme, domain, path]) => `${scheme}://${domain}${path}`);
