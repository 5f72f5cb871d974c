import { UsageError } from '../../../cli/command-line.ts';
import { eventsCommand } from '../../../cli/documents/events.ts';
import { PubsubError } from '../../../google/pubsub.ts';
import { pubsubServer, TOPIC } from '../../google/pubsub-server.ts';
import { deployment, jsonLines } from './memory-deployment.ts';

let server: Awaited<ReturnType<typeof pubsubServer>>;
let parts: ReturnType<typeof deployment>;
beforeEach(async () => {
  parts = deployment();
  server = await pubsubServer(parts.clock);
});
afterEach(() => server.close());

/** Publishes as soon as somebody has subscribed. */
function publishing(...messages: { attributes: Record<string, string>; data: string }[]) {
  const { subscribe } = server.pubsub;
  server.pubsub.subscribe = (subscription) => {
    const isNew = subscribe.call(server.pubsub, subscription);
    for (const message of messages) {
      server.pubsub.publish(TOPIC, { ...message, data: Buffer.from(message.data).toString('base64') });
    }
    return isNew;
  };
}

function run(words: string[], signal?: AbortSignal, token?: string) {
  Object.assign(parts.operator, { pubsub: server.options(token) });
  Object.assign(parts.operator.settings, { outcomesTopic: TOPIC });
  return parts.run(eventsCommand, words, signal);
}

const FAILED = {
  attributes: { documentId: 'a1', status: 'FAILED', epoch: '0', reason: 'corrupt' },
  data: JSON.stringify({ version: 1, documentId: 'a1', filename: 'a\u001b[2J.pdf' }),
};

test('prints each outcome as it comes, and takes its subscription away at the end', async () => {
  publishing(FAILED, { attributes: { documentId: 'b2', status: 'COMPLETED', epoch: '0' }, data: 'none of ours' });
  const { code, out, err } = await run(['--count', '2']);
  expect(out.trimEnd().split('\n')).toEqual([
    expect.stringMatching(/^2030-01-01T00:00:00\.000Z {2}a1 {32}FAILED {5}a\?\[2J\.pdf {2}corrupt$/),
    expect.stringMatching(/^2030-01-01T00:00:00\.000Z {2}b2 {32}COMPLETED$/),
  ]);
  expect({ code, err }).toEqual({ code: 0, err: `Following ${TOPIC}. Ctrl-C ends it.\n` });
  const [created = '', ...calls] = server.calls;
  const name = created.slice('PUT '.length);
  expect(calls).toEqual([`POST ${name}:pull`, `POST ${name}:acknowledge`, `DELETE ${name}`]);
});

test('--json prints the events themselves', async () => {
  publishing(FAILED);
  expect(jsonLines((await run(['--count', '1', '--json'])).out)).toEqual([JSON.parse(FAILED.data)]);
});

test('Ctrl-C is its end, and no failure', async () => {
  const interrupted = new AbortController();
  const { pull } = server.pubsub;
  server.pubsub.pull = (...call) => {
    interrupted.abort(new UsageError('Interrupted.'));
    return pull.apply(server.pubsub, call);
  };
  expect(await run([], interrupted.signal)).toMatchObject({ code: 0, out: '' });
  expect(server.calls.at(-1)).toMatch(/^DELETE /);
});

test('a refusal of Pub/Sub is told', async () => {
  await expect(run([], undefined, 'stranger')).rejects.toThrow(PubsubError);
});
