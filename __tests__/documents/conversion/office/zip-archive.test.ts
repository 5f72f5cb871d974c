import fc from 'fast-check';
import { openZipArchive } from '../../../../documents/conversion/office/zip-archive.ts';
import { utf8 } from '../local-conversion.ts';
import { makeZip } from './make-zip.ts';

const MEGABYTE = 1024 * 1024;

test('gives back every part that was put in, however it was written and whatever stands before and behind it', () => {
  const names = fc.stringMatching(/^[a-z][a-z/.]{0,20}$/);
  const parts = fc.dictionary(names, fc.uint8Array({ maxLength: 300 }), { maxKeys: 5, noNullPrototype: true });
  const options = fc.record({
    method: fc.constantFrom('store' as const, 'deflate' as const),
    zip64: fc.boolean(),
    descriptors: fc.boolean(),
  });
  fc.assert(
    fc.property(parts, options, fc.nat(40), fc.nat(40), (expected, written, before, behind) => {
      const zip = Buffer.concat([Buffer.alloc(before, 'x'), makeZip(expected, written), Buffer.alloc(behind)]);
      const archive = openZipArchive(zip, MEGABYTE);
      for (const [name, content] of Object.entries(expected)) expect([...archive.read(name)]).toEqual([...content]);
    }),
  );
});

test('a backslash in the name of a part is a slash', () => {
  const archive = openZipArchive(makeZip({ 'word\\document.xml': 'x', '\\\\a': 'y' }), MEGABYTE);
  expect([archive.has('word/document.xml'), archive.has('a')]).toEqual([true, true]);
});

test('knows which parts there are', () => {
  const archive = openZipArchive(makeZip({ one: '1' }), MEGABYTE);
  expect([archive.has('one'), archive.has('two')]).toEqual([true, false]);
  expect(() => archive.read('two')).toThrow('The document is a damaged ZIP archive: its part two is missing.');
});

test('stops inflating at the limit, whatever size the directory claims', () => {
  const bomb = makeZip({ zeros: Buffer.alloc(50 * MEGABYTE) }, { claimedSize: 10 });
  expect(bomb.length).toBeLessThan(60_000);
  expect(() => openZipArchive(bomb, MEGABYTE).read('zeros')).toThrow(
    expect.objectContaining({
      reason: 'too-large',
      message: 'The document inflates to more than the 1048576 bytes allowed.',
    }),
  );
});

test.each([false, true])('a directory that claims more parts than it has is damaged; ZIP64: %s', (zip64) => {
  expect(() => openZipArchive(makeZip({ a: '1' }, { zip64, claimedCount: 65_535 }), MEGABYTE)).toThrow(
    'The document is a damaged ZIP archive: its directory is damaged.',
  );
});

test('a directory of more parts than any document has is too large, before any of them is looked for', () => {
  expect(() => openZipArchive(makeZip({ a: '1' }, { zip64: true, claimedCount: 2 ** 40 }), MEGABYTE)).toThrow(
    expect.objectContaining({
      reason: 'too-large',
      message: 'The document has 1099511627776 parts; at most 100000 are read.',
    }),
  );
});

test('parts that share their bytes are counted as often as they are inflated', () => {
  const zip = Buffer.from(makeZip({ a: 'x'.repeat(600), b: 'x'.repeat(600) }));
  // The second entry of the directory leads where the first one does.
  const second = zip.lastIndexOf('PK\x01\x02', undefined, 'latin1');
  zip.writeUInt32LE(0, second + 42);
  const archive = openZipArchive(zip, 1000);
  archive.read('a');
  expect(() => archive.read('b')).toThrow('The document inflates to more than the 1000 bytes allowed.');
});

test('counts all parts together against the limit, each once', () => {
  const archive = openZipArchive(makeZip({ a: 'x'.repeat(60), b: 'y'.repeat(60) }), 100);
  archive.read('a');
  archive.read('a');
  expect(() => archive.read('b')).toThrow('The document inflates to more than the 100 bytes allowed.');
});

test('says that a part is encrypted', () => {
  for (const zip64 of [false, true]) {
    expect(() => openZipArchive(makeZip({ a: 'x' }, { flags: 1, zip64 }), MEGABYTE).read('a')).toThrow(
      expect.objectContaining({ reason: 'encrypted', message: 'The archive is encrypted; remove its password.' }),
    );
  }
});

test('says that an archive was cut short', () => {
  const whole = makeZip({ a: 'some text' });
  expect(() => openZipArchive(whole.subarray(0, whole.length - 10), MEGABYTE)).toThrow(
    'The document is a damaged ZIP archive: its directory is missing, as when an upload was cut short.',
  );
});

test.each([false, true])('refuses any other bytes as corrupt, without another error; ZIP64: %s', (zip64) => {
  const whole = makeZip({ a: 'some text', b: 'more text' }, { zip64 });
  const damage = fc.tuple(fc.nat(whole.length - 1), fc.nat(255));
  fc.assert(
    fc.property(fc.array(damage, { minLength: 1, maxLength: 5 }), (damages) => {
      const bytes = Uint8Array.from(whole);
      for (const [at, value] of damages) bytes[at] = value;
      try {
        const archive = openZipArchive(bytes, 1000);
        archive.read('a');
      } catch (error) {
        expect(error).toMatchObject({ reason: expect.stringMatching(/^(corrupt|encrypted|too-large)$/) });
      }
    }),
    { numRuns: 500, examples: [[[[0, 0]]]] },
  );
  expect(() => openZipArchive(utf8('PK'), 1000)).toThrow('its directory is missing');
});
