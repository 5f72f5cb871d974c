import fc from 'fast-check';
import { IgnoredEventError, uploadOf } from '../../events/upload-event.ts';

const RULES = { documentsBucket: 'docs', resultsBucket: 'results', prefix: '', suffixes: [] };
const ATTRIBUTES = { eventType: 'OBJECT_FINALIZE', bucketId: 'docs', objectId: 'in/a.pdf', objectGeneration: '7' };

const push = (attributes: Record<string, string> = {}) => ({
  message: { attributes: { ...ATTRIBUTES, ...attributes }, messageId: '1' },
  subscription: 's',
});

test('an upload is the object and its generation', () => {
  expect(uploadOf(push(), RULES)).toEqual({
    sourceUri: 'gs://docs/in/a.pdf',
    generation: '7',
  });
});

test.each<[string, unknown, Partial<typeof RULES>, string]>([
  ['no message', { a: 1 }, {}, 'It is not a message of a push subscription.'],
  ['a deletion', push({ eventType: 'OBJECT_DELETE' }), {}, 'It is not of an upload, but of OBJECT_DELETE.'],
  ['another bucket', push({ bucketId: 'other' }), {}, 'Documents are read from gs://docs only; it is of gs://other.'],
  ['a folder', push({ objectId: 'in/' }), {}, 'in/ is no document by its name.'],
  ['another prefix', push(), { prefix: 'inbox/' }, 'in/a.pdf is no document by its name.'],
  ['another ending', push(), { suffixes: ['.docx'] as never }, 'in/a.pdf is no document by its name.'],
  ...['state/a', 'leases/a', 'results/a'].map((objectId): [string, unknown, Partial<typeof RULES>, string] => [
    `what the project writes itself, ${objectId},`,
    push({ objectId }),
    { resultsBucket: 'docs' },
    `${objectId} is written by the project itself.`,
  ]),
])('%s is ignored for good', (_, body, rules, message) => {
  const reading = () => uploadOf(body, { ...RULES, ...rules });
  expect(reading).toThrow(IgnoredEventError);
  expect(reading).toThrow(message);
});

test('a document of its own bucket may be called as results are', () => {
  expect(uploadOf(push({ objectId: 'results/a.pdf' }), RULES).sourceUri).toBe('gs://docs/results/a.pdf');
});

test('endings are compared without capital letters', () => {
  expect(uploadOf(push({ objectId: 'A.PDF' }), { ...RULES, suffixes: ['.docx', '.pdf'] })).toMatchObject({
    sourceUri: 'gs://docs/A.PDF',
  });
});

test('whatever comes is an upload or ignored', () => {
  const message = fc.record({
    attributes: fc.dictionary(fc.constantFrom(...Object.keys(ATTRIBUTES)), fc.string()),
    data: fc.oneof(
      fc.string(),
      fc.json().map((json) => Buffer.from(json).toString('base64')),
    ),
  });
  fc.assert(
    fc.property(fc.oneof(fc.anything(), fc.record({ message })), (body) => {
      try {
        uploadOf(body, RULES);
      } catch (error) {
        expect(error).toBeInstanceOf(IgnoredEventError);
      }
    }),
  );
});
