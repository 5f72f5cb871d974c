import { tellOutcome } from '../../events/outcome-event.ts';
import type { PubsubMessage } from '../../google/pubsub.ts';
import { type End, openingOf } from '../../state/state-objects.ts';
import { setUp } from '../handler/handler-in-memory.ts';

function world() {
  const parts = setUp();
  const { states, clock } = parts.dependencies;
  const published: PubsubMessage[] = [];
  const topic = { publish: async (message: PubsubMessage): Promise<void> => void published.push(message) };
  const tell = (epoch = 0) => tellOutcome({ documentId: 'a1', epoch }, { states, clock, outcomes: topic });
  const open = (epoch: number, kind: 'accepted' | 'replayed') =>
    states.open('a1', epoch, openingOf(parts.task, kind, clock.now()));
  const end = (epoch: number, given: Partial<End> = {}) =>
    states.end(
      { documentId: 'a1', epoch, number: 1 },
      {
        kind: 'FAILED',
        by: 'x',
        at: '2030-01-01T00:00:00.000Z',
        attempts: 1,
        error: { reason: 'corrupt', message: 'It is.' },
        ...given,
      },
    );
  return { ...parts, states, published, topic, tell, open, end };
}

test('an outcome is published with what it can be filtered by and what GET shows, and then not again', async () => {
  const { open, end, tell, published } = world();
  await open(0, 'accepted');
  await end(0);
  await tell();
  await tell();
  expect(published).toHaveLength(1);
  const [message] = published;
  expect(message).toMatchObject({
    orderingKey: 'a1',
    attributes: { documentId: 'a1', status: 'FAILED', epoch: '0', reason: 'corrupt' },
  });
  expect(JSON.parse(message?.data ?? '')).toEqual({
    version: 1,
    documentId: 'a1',
    epoch: 0,
    sourceUri: 'gs://p-documents/a.txt',
    generation: expect.any(String),
    filename: 'a.txt',
    method: 'auto',
    ocr: 'auto',
    status: 'FAILED',
    attempts: 1,
    createdAt: expect.any(String),
    updatedAt: '2030-01-01T00:00:00.000Z',
    error: { reason: 'corrupt', message: 'It is.' },
  });
});

test('a COMPLETED document has no reason among the attributes', async () => {
  const { open, end, tell, published } = world();
  await open(0, 'accepted');
  const result = { markdownUri: 'gs://r/m', metadataUri: 'gs://r/j', characters: 5 };
  await end(0, { kind: 'COMPLETED', result, error: undefined as never });
  await tell();
  expect(published[0]?.attributes).toEqual({ documentId: 'a1', status: 'COMPLETED', epoch: '0' });
  expect(JSON.parse(published[0]?.data ?? '')).toMatchObject({ status: 'COMPLETED', result });
});

test.each(['nothing', 'an opening', 'an attempt that was given back'])('of %s nothing is published', async (what) => {
  const { open, end, tell, published } = world();
  if (what !== 'nothing') await open(0, 'accepted');
  if (what.startsWith('an attempt')) await end(0, { kind: 'GIVEN-BACK' });
  await tell();
  expect(published).toEqual([]);
});

test('what could not be published is published by whoever comes next', async () => {
  const { open, end, tell, published, topic } = world();
  await open(0, 'accepted');
  await end(0);
  const { publish } = topic;
  topic.publish = async () => {
    throw new Error('The topic is down.');
  };
  await expect(tell()).rejects.toThrow('The topic is down.');
  topic.publish = publish;
  await tell();
  expect(published).toHaveLength(1);
});

test('an epoch that was replayed meanwhile is told as it was', async () => {
  const { open, end, tell, published } = world();
  await open(0, 'accepted');
  await end(0);
  await open(1, 'replayed');
  await tell(0);
  await tell(1);
  expect(published.map(({ attributes }) => attributes.epoch)).toEqual(['0']);
  expect(JSON.parse(published[0]?.data ?? '')).toMatchObject({ epoch: 0, status: 'FAILED' });
  await end(1, { error: { reason: 'timeout', message: 'Too long.' } });
  await tell(1);
  expect(published[1]?.attributes).toEqual({ documentId: 'a1', status: 'FAILED', epoch: '1', reason: 'timeout' });
  expect(JSON.parse(published[1]?.data ?? '').history).toHaveLength(1);
});

test('a deleted document tells nothing', async () => {
  const { open, end, tell, states, published } = world();
  await open(0, 'accepted');
  await end(0);
  await states.open('a1', 1, { kind: 'deleted', at: '2030-01-01T00:00:00.000Z' });
  await tell();
  expect(published).toEqual([]);
});

test('without a topic nothing is read', async () => {
  const { states, clock } = world();
  states.read = () => Promise.reject(new Error('read'));
  await tellOutcome({ documentId: 'a1', epoch: 0 }, { states, clock });
});
