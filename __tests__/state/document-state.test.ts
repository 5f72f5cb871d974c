import * as fc from 'fast-check';
import { currentEpoch, isLive, nextStep, type StateListing, stateOf } from '../../state/document-state.ts';
import { conversion, emptied, end, NOW, opening, TASK, tombstone } from './listed-objects.ts';

const DAY = 86_400_000;
const step = (listing: StateListing, epoch = 0) => nextStep(stateOf('a1', listing), { ...TASK, epoch });

describe('what there is to do for a task', () => {
  test.each<[string, StateListing, number]>([
    ['waits', [opening()], 1],
    ['was given back', [opening(), end(0, 1, 'GIVEN-BACK')], 2],
    ['was taken over', [opening(), end(0, 1, 'GIVEN-BACK'), end(0, 2, 'TAKEN-OVER')], 3],
    ['has a gap in its list, which need not be one instant', [opening(), end(0, 2, 'GIVEN-BACK')], 3],
    ['has many attempts', [opening(), end(0, 99_998, 'GIVEN-BACK')], 99_999],
  ])('the next attempt at a document that %s', (_what, listing, next) => {
    expect(step(listing)).toMatchObject({ kind: 'attempt', epoch: { task: TASK, next } });
  });

  test('an epoch is opened for the task of another service: the first, or one after an epoch that FAILED', () => {
    expect(step([])).toEqual({ kind: 'open' });
    expect(step([opening(), end(0, 1, 'FAILED')], 1)).toEqual({ kind: 'open' });
  });

  test.each<[string, StateListing, number]>([
    ['while the epoch before is open', [opening()], 1],
    ['when the epoch before is COMPLETED', [opening(), end(0, 1, 'COMPLETED')], 1],
    ['when there are epochs missing in between', [opening(), end(0, 1, 'FAILED')], 2],
    ['when there is nothing at all', [], 1],
  ])('a later epoch does not begin %s', (_when, listing, epoch) => {
    const message = `Epoch ${epoch} of document a1 cannot begin, as epoch ${epoch - 1} has not FAILED. Replay a FAILED document.`;
    expect(step(listing, epoch)).toMatchObject({ kind: 'none', error: { reason: 'conflict', message } });
  });

  test.each<[string, StateListing, string]>([
    ['an outcome', [opening(), end(0, 1, 'COMPLETED')], 'COMPLETED'],
    ['a failure', [opening(), end(0, 1, 'GIVEN-BACK'), end(0, 2, 'FAILED')], 'FAILED'],
    ['a replay', [opening(), end(0, 1, 'FAILED'), opening(1, 'replayed')], 'PENDING'],
    ['a deletion', [opening(), end(0, 1, 'FAILED'), tombstone(1)], 'DELETED'],
    ['a deletion whose tombstone is too old', [emptied(opening()), emptied(end(0, 1, 'FAILED'))], 'DELETED'],
  ])('nothing after %s', (_what, listing, status) => {
    expect(step(listing)).toEqual({ kind: 'none', status });
  });

  test.each(['sourceUri', 'generation', 'method', 'ocr'] as const)(
    'nothing where the id belongs to a document of another %s',
    (field) => {
      const other = { sourceUri: 'gs://documents/b.pdf', generation: '2', method: 'local', ocr: 'force' } as const;
      const task = { ...TASK, [field]: other[field] };
      const message = `The id a1 belongs to another document than ${task.sourceUri}. Enqueue it under another id.`;
      for (const epoch of [0, 1]) {
        const found = nextStep(stateOf('a1', [opening(), end(0, 1, 'FAILED')]), { ...task, epoch });
        expect(found).toEqual({ kind: 'none', status: 'FAILED', error: { reason: 'conflict', message } });
      }
    },
  );

  test('another name for the same document is no conflict', () => {
    expect(nextStep(stateOf('a1', [opening()]), { ...TASK, filename: 'b.pdf' })).toMatchObject({ kind: 'attempt' });
  });
});

describe('a state', () => {
  test('has the latest conversion of each epoch, and of no epoch before', () => {
    const listing = [opening(), conversion(0, 1, 'gs://r/1'), end(0, 1, 'GIVEN-BACK'), conversion(0, 2, 'gs://r/2')];
    expect(stateOf('a1', listing).epochs).toMatchObject([{ converted: { markdownUri: 'gs://r/2' } }]);
    const replayed = stateOf('a1', [...listing, end(0, 2, 'FAILED'), opening(1, 'replayed')]);
    expect(replayed.epochs.at(-1)).not.toHaveProperty('converted');
  });

  test('leaves out what is none of its objects, and rows whose opening is not seen yet', () => {
    const stray = { name: 'state/6ce14823-a1/note.txt', metadata: {} };
    expect(stateOf('a1', [opening(), stray, end(1, 1, 'COMPLETED')]).epochs).toMatchObject([{ next: 1 }]);
  });

  test('is deleted as soon as there is a tombstone, and knows whether the source is gone', () => {
    expect(stateOf('a1', [opening(), end(0, 1, 'FAILED'), tombstone(1)])).toMatchObject({ deletedAs: 1 });
    expect(stateOf('a1', [emptied(opening()), tombstone(1)])).toEqual({ documentId: 'a1', epochs: [], deletedAs: 1 });
    const removed = stateOf('a1', [emptied(opening(), 'removed'), emptied(end(0, 1, 'FAILED')), tombstone(1)]);
    expect(removed).toEqual({ documentId: 'a1', epochs: [], deletedAs: 1, isSourceRemoved: true });
  });

  test('has one outcome an epoch, whatever is listed beside it: the highest end decides', () => {
    const kinds = fc.constantFrom('GIVEN-BACK', 'TAKEN-OVER');
    fc.assert(
      fc.property(fc.array(kinds, { maxLength: 5 }), fc.constantFrom('COMPLETED', 'FAILED'), (before, outcome) => {
        const ends = [...before, outcome].map((kind, index) => end(0, index + 1, kind));
        const { epochs } = stateOf('a1', [opening(), ...ends]);
        expect(epochs).toMatchObject([{ outcome: { kind: outcome }, next: before.length + 2 }]);
        expect(step([opening(), ...ends])).toEqual({ kind: 'none', status: outcome });
      }),
    );
  });
});

describe('the epoch that counts', () => {
  const current = (listing: StateListing, now = NOW) => currentEpoch(stateOf('a1', listing), now)?.task.epoch;

  test('is the newest', () => {
    expect(current([])).toBeUndefined();
    expect(current([opening()])).toBe(0);
    expect(current([opening(), end(0, 1, 'FAILED'), opening(1, 'replayed')])).toBe(1);
  });

  test('is none of a deleted document', () => {
    expect(current([opening(), end(0, 1, 'FAILED'), tombstone(1)])).toBeUndefined();
  });

  test('is none where the outcome was removed by age: after 32 days no task can bring one any more', () => {
    expect(current([opening()], NOW + 32 * DAY)).toBe(0);
    expect(current([opening()], NOW + 32 * DAY + 1)).toBeUndefined();
    const back = end(0, 1, 'GIVEN-BACK', { at: new Date(NOW + 5 * DAY).toISOString() });
    expect(current([opening(), back], NOW + 37 * DAY)).toBe(0);
    expect(current([opening(), back], NOW + 37 * DAY + 1)).toBeUndefined();
    expect(current([opening(), end(0, 1, 'COMPLETED')], NOW + 400 * DAY)).toBe(0);
  });
});

test('a lease is live for others a second longer than for its holder, as clocks differ', () => {
  expect(isLive({ expiresAt: NOW }, NOW + 999)).toBe(true);
  expect(isLive({ expiresAt: NOW }, NOW + 1000)).toBe(false);
});
