import { consoleApp } from '../../../console/server/console-app.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { ShownInMemory } from '../shown-in-memory.ts';

/** An open stream, read event by event. */
class OpenStream {
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  #text = '';

  constructor(response: Response) {
    this.#reader = (response.body as ReadableStream<Uint8Array>).getReader();
  }

  /** What is sent next: an event, or the comment that says that nothing is new. */
  async next(): Promise<{ id?: string | undefined; planned?: string[] }> {
    while (!this.#text.includes('\n\n')) {
      const { value, done } = await this.#reader.read();
      if (done) throw new Error('The stream has ended.');
      this.#text += Buffer.from(value).toString();
    }
    const end = this.#text.indexOf('\n\n');
    const event = this.#text.slice(0, end);
    this.#text = this.#text.slice(end + 2);
    const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(event)?.[1];
    const data = field('data');
    return data === undefined ? {} : { id: field('id'), planned: JSON.parse(data).planned };
  }

  close(): Promise<void> {
    return this.#reader.cancel();
  }
}

function started() {
  const clock = new VirtualClock();
  const shown = new ShownInMemory();
  const app = consoleApp({ shown, launchToken: 'token', files: async () => [], clock });
  const open = async (headers: Record<string, string> = {}, path = '/faults') =>
    app.request(`http://localhost/api/stream?path=${path}`, { headers: { Authorization: 'Bearer token', ...headers } });
  return {
    clock,
    shown,
    stream: async (headers?: Record<string, string>) => new OpenStream(await open(headers)),
    open,
  };
}

/** Lets what is waiting run. */
const settle = () => new Promise((resolve) => setImmediate(resolve));

test('begins with all that there is to see', async () => {
  const { stream } = started();
  expect(await (await stream()).next()).toEqual({ id: expect.any(String), planned: [] });
});

test('sends what changed, once for all changes of a quarter of a second', async () => {
  const { clock, shown, stream } = started();
  const events = await stream();
  await events.next();
  await settle();
  shown.show('a');
  shown.show('b');
  const next = events.next();
  await settle();
  await clock.advance(249);
  shown.show('c');
  await clock.advance(1);
  expect(await next).toMatchObject({ planned: ['c'] });
});

test('a change that comes while nobody is told is told afterwards', async () => {
  const { clock, shown, stream } = started();
  const events = await stream();
  await events.next();
  await settle();
  await clock.advance(1000);
  await settle();
  shown.show('later');
  expect(await events.next()).toMatchObject({ planned: ['later'] });
});

test('who comes back with what is still so gets nothing again; with something older, all of it', async () => {
  const { shown, stream } = started();
  const first = await (await stream()).next();
  expect(await (await stream({ 'Last-Event-ID': first.id ?? '' })).next()).toEqual({});
  shown.show('new');
  expect(await (await stream({ 'Last-Event-ID': first.id ?? '' })).next()).toMatchObject({ planned: ['new'] });
});

test('looks every five seconds without being told, and sends a comment where nothing is new', async () => {
  const { clock, shown, stream } = started();
  const events = await stream();
  await events.next();
  await settle();
  shown.view = { ...shown.view, kind: 'faults', planned: ['by itself'], happened: [], pids: [] };
  const next = events.next();
  await clock.advance(250);
  await settle();
  await clock.advance(5000);
  expect(await next).toMatchObject({ planned: ['by itself'] });
});

test('nobody listens any more when the page has gone', async () => {
  const { clock, shown, stream } = started();
  const events = await stream();
  await events.next();
  expect(shown.listeners).toBe(1);
  await events.close();
  await settle();
  await clock.advance(10_000);
  await settle();
  expect(shown.listeners).toBe(0);
});

test('of an address of nothing there is no stream', async () => {
  const { open } = started();
  expect((await open({}, '/elsewhere')).status).toBe(404);
});
