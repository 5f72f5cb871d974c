import { UnconvertibleDocumentError } from '../../documents/conversion/converter.ts';
import { UnextractableDocumentError } from '../../documents/extraction/extractor.ts';
import { ObjectTooLargeError } from '../../google/object-store.ts';
import { DrainingError } from '../../handler/drain.ts';
import { LeaseLostError } from '../../handler/lease.ts';
import { describeFailure, verdictOn } from '../../handler/verdict.ts';
import { ImpossibleTaskError } from '../../state/document-task.ts';
import { DeadlineExceededError } from '../../time/deadline.ts';

describe('the table of outcomes', () => {
  test.each([
    ['lease lost', new LeaseLostError('a1'), false, 409, undefined],
    ['lease lost, last', new LeaseLostError('a1'), true, 409, undefined],
    ['cannot work', new UnconvertibleDocumentError('corrupt', ''), false, 200, 'FAILED'],
    ['no fields', new UnextractableDocumentError('extraction-invalid', ''), false, 200, 'FAILED'],
    ['source gone', new ImpossibleTaskError('source-gone', ''), false, 200, 'FAILED'],
    ['too large', new ObjectTooLargeError('b', 'o', 2, 1), false, 200, 'FAILED'],
    ['failed', new Error(), false, 500, 'GIVEN-BACK'],
    ['failed, last', new Error(), true, 200, 'FAILED'],
    ['timeout', new DeadlineExceededError('', 1), false, 500, 'GIVEN-BACK'],
    ['timeout, last', new DeadlineExceededError('', 1), true, 200, 'FAILED'],
    ['draining', new DrainingError(), false, 503, 'GIVEN-BACK'],
    ['draining, last', new DrainingError(), true, 200, 'FAILED'],
  ] as const)('%s', (_name, error, isLast, httpStatus, end) => {
    expect(verdictOn(error, isLast)).toEqual({ httpStatus, end });
  });
});

test.each([
  [new UnconvertibleDocumentError('corrupt', 'No.'), 'corrupt', 'No.'],
  [new UnextractableDocumentError('extraction-blocked', 'No.'), 'extraction-blocked', 'No.'],
  [new ImpossibleTaskError('source-gone', 'No.'), 'source-gone', 'No.'],
  [new ObjectTooLargeError('b', 'o', 2, 1), 'too-large', 'gs://b/o has 2 bytes; at most 1 are taken.'],
  [new DeadlineExceededError('The extraction', 106), 'timeout', 'The extraction took longer than its 106 s.'],
  [new Error('No.'), 'error', 'No.'],
  ['no error at all', 'error', 'no error at all'],
])('%s is described by a word and a sentence', (error, reason, message) => {
  expect(describeFailure(error)).toEqual({ reason, message });
});

test('a message of megabytes is cut off', () => {
  expect(describeFailure(new Error('x'.repeat(1_000_000))).message).toHaveLength(2000);
  expect(describeFailure(new Error('漢'.repeat(1_000_000))).message.length).toBeLessThan(1000);
});
