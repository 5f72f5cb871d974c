import * as fc from 'fast-check';
import {
  attemptName,
  contentOf,
  type End,
  fittingError,
  folderOf,
  metadataOf,
  openingName,
  openingOf,
  parseStateName,
} from '../../state/state-objects.ts';
import { anyCharacter } from '../arbitrary-text.ts';

const bytesOf = (metadata: Readonly<Record<string, string>>) =>
  Object.entries(metadata).reduce((sum, [key, value]) => sum + Buffer.byteLength(key) + Buffer.byteLength(value), 0);

const documentId = fc.stringMatching(/^[A-Za-z0-9_-]{1,128}$/);
const attempt = fc.record({
  documentId,
  epoch: fc.integer({ min: 0, max: 1_000_001 }),
  number: fc.integer({ min: 1, max: 99_999 }),
});

test('names lead with a hash and sort by epoch, then by attempt', () => {
  expect(folderOf('state/', 'a1')).toBe('state/6ce14823-a1/');
  expect(openingName('a1', 2)).toBe('state/6ce14823-a1/0000002.00000.open');
  expect(attemptName({ documentId: 'a1', epoch: 2, number: 3 }, 'end')).toBe('state/6ce14823-a1/0000002.00003.end');
  expect(attemptName({ documentId: 'a1', epoch: 2, number: 3 }, 'lease')).toBe('leases/6ce14823-a1/0000002.00003');
});

test('every name says again what it was made of', () => {
  fc.assert(
    fc.property(attempt, fc.constantFrom('converted', 'end', 'lease'), (of, what) => {
      const expected = { ...of, what: what === 'lease' ? undefined : what };
      expect(parseStateName(attemptName(of, what))).toEqual(expected);
      const opening = { documentId: of.documentId, epoch: of.epoch, number: 0, what: 'open' };
      expect(parseStateName(openingName(of.documentId, of.epoch))).toEqual(opening);
    }),
  );
});

test.each(['state/x', 'state/6ce14823-a1/1.2.end', 'results/6ce14823-a1/0000001.00001', 'records/a1.json'])(
  '%s is of no state',
  (name) => expect(parseStateName(name)).toBeUndefined(),
);

test('metadata are ASCII, and say again what they were made of', () => {
  fc.assert(
    fc.property(fc.string({ unit: anyCharacter }), (message) => {
      const end: End = { kind: 'FAILED', by: 'one', at: 'then', attempts: 1, error: { reason: 'error', message } };
      const metadata = metadataOf(end);
      expect(Object.values(metadata).join('')).toMatch(/^[\x20-\x7e]*$/);
      expect(contentOf<End>('n', metadata)).toEqual(end);
    }),
  );
});

test('metadata that somebody else has written are named', () => {
  for (const metadata of [{}, { detail: '{' }]) {
    expect(() => contentOf('state/x/0000000.00001.end', metadata)).toThrow(
      "The metadata of state/x/0000000.00001.end are not those of a document's state.",
    );
  }
});

describe('the 8 KiB that Cloud Storage gives the metadata of an object', () => {
  test('hold the longest source and filename there can be', () => {
    const sourceUri = `gs://${'b'.repeat(222)}/${'\u0001'.repeat(1024)}`;
    const task = {
      sourceUri,
      generation: '9'.repeat(19),
      filename: '\u{1f600}'.repeat(127),
      method: 'docling',
    } as const;
    const opening = openingOf({ ...task, documentId: 'x'.repeat(128), ocr: 'force', epoch: 0 }, 'replayed', 0);
    expect(bytesOf(metadataOf(opening))).toBeLessThanOrEqual(8192);
  });

  test('hold any error, cut where it must be, and whole where it has 2,000 letters', () => {
    fc.assert(
      fc.property(fc.string({ unit: anyCharacter, minLength: 1500, maxLength: 2000 }), (message) => {
        const error = fittingError({ reason: 'extraction-refused', message });
        const end: End = { kind: 'FAILED', by: 'o'.repeat(36), at: new Date(0).toISOString(), attempts: 99_999, error };
        expect(bytesOf(metadataOf(end))).toBeLessThanOrEqual(8192);
        expect(error.message.length).toBeGreaterThan(700);
        expect(message.toWellFormed().startsWith(error.message.slice(0, -1))).toBe(true);
      }),
      { numRuns: 20 },
    );
    const message = 'It is "damaged". '.repeat(120).slice(0, 2000);
    expect(fittingError({ reason: 'corrupt', message })).toEqual({ reason: 'corrupt', message });
  });
});
