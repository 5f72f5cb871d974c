import { EmulatorShown } from '../../../console/emulator/emulator-shown.ts';
import type { Address } from '../../../console/shown.ts';
import type { TaskDetails, TasksView } from '../../../console/views.ts';
import { type CloudTasks, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const QUEUE = 'projects/p/locations/l/queues/one';
const ALL: Address = { place: 'tasks', q: '', status: '', severity: '', instance: '', queue: '', page: 0 };

let clock: VirtualClock;
let shown: EmulatorShown;
let tasks: CloudTasks;
let statuses: number[];
let changes: number;

beforeEach(async () => {
  clock = new VirtualClock();
  statuses = [];
  changes = 0;
  shown = new EmulatorShown(clock, () => 'Bearer owner');
  shown.onChange(() => changes++);
  tasks = await startCloudTasks({
    clock,
    queues: [{ name: QUEUE, retryConfig: { maxAttempts: 2, minBackoffMs: 10_000 } }],
    send: async () => ({ kind: 'response', status: statuses.shift() ?? 200, headers: {}, body: Buffer.from('said') }),
    authorize: ({ authorization }) => (authorization === 'Bearer owner' ? 'allowed' : 'denied'),
    onAttempt: (attempt) => shown.noteAttempt(attempt),
    onChange: shown.noteChange,
  });
  shown.watch(tasks);
});
afterEach(() => tasks.close());

function create(id: string, body = ''): void {
  const httpRequest = { url: `https://target.example/${id}`, body: Buffer.from(body) };
  tasks.call('CreateTask', { parent: QUEUE, task: { name: `${QUEUE}/tasks/${id}`, httpRequest } }, 'Bearer owner');
}

const list = (query: Partial<Address> = {}) => shown.at({ ...ALL, ...query }) as TasksView;
const names = (query: Partial<Address> = {}) =>
  list(query).rows.map(({ name, status }) => `${name.split('/').at(-1)} ${status}`);
const task = (id: string) => shown.at({ ...ALL, id: `${QUEUE}/tasks/${id}` }) as TaskDetails | undefined;

test('shows the tasks that wait, and those that have ended', async () => {
  statuses = [200, 500, 500];
  create('good');
  await clock.advance(0);
  create('bad');
  await clock.advance(0);
  expect(names()).toEqual(['bad RETRYING', 'good SUCCEEDED']);
  await clock.advance(20_000);
  expect(names()).toEqual(['bad EXHAUSTED', 'good SUCCEEDED']);
  expect(list().counts).toEqual({ EXHAUSTED: 1, SUCCEEDED: 1 });
  expect(changes).toBeGreaterThan(0);
});

test('they are found by name, URL and answer, and by status', async () => {
  statuses = [204, 404];
  create('one');
  await clock.advance(0);
  create('two');
  await clock.advance(0);
  expect(names({ q: 'TARGET two' })).toEqual(['two RETRYING']);
  expect(names({ q: '404' })).toEqual(['two RETRYING']);
  expect(names({ status: 'SUCCEEDED' })).toEqual(['one SUCCEEDED']);
});

test('a task has its attempts with what was sent and answered, also when it has ended', async () => {
  statuses = [500, 200];
  create('a', '{"n":1}');
  await clock.advance(0);
  expect(task('a')).toMatchObject({
    status: 'RETRYING',
    dueAt: clock.now() + 10_000,
    request: { line: 'POST https://target.example/a', body: '{\n  "n": 1\n}' },
    log: [{ number: 1, answer: '500', isSuccess: false, outcome: 'retrying', response: { body: 'said' } }],
  });
  await clock.advance(10_000);
  expect(task('a')).toMatchObject({
    status: 'SUCCEEDED',
    log: [{ answer: '500' }, { answer: '200', isSuccess: true }],
  });
  expect(task('nobody')).toBeUndefined();
});

test('pauses, resumes, runs and deletes, as one who may', async () => {
  await shown.act({ do: 'pause', queue: QUEUE });
  create('a');
  await clock.advance(60_000);
  expect(names()).toEqual(['a WAITING']);
  expect(shown.at({ ...ALL, place: 'queues' })).toMatchObject({
    queues: [{ state: 'PAUSED', why: { text: 'Paused: 1 task waits until it is resumed.' } }],
  });
  expect(await shown.act({ do: 'run', task: `${QUEUE}/tasks/a` })).toEqual({ said: 'Dispatched now.' });
  await clock.advance(0);
  expect(names()).toEqual(['a SUCCEEDED']);
  create('b');
  await shown.act({ do: 'delete-task', task: `${QUEUE}/tasks/b` });
  expect(names({ q: 'tasks/b' })).toEqual([]);
  await expect(shown.act({ do: 'run', task: `${QUEUE}/tasks/b` })).rejects.toThrow('The task no longer exists');
});

test('breaks on demand, and says what came of it', async () => {
  expect(await shown.act({ do: 'fault', fault: { kind: 'answer', status: 503 }, times: 2 })).toEqual({
    said: 'Answered 503 without the service: so will be the next 2.',
  });
  create('a');
  await clock.advance(0);
  expect(shown.at({ ...ALL, place: 'faults' })).toMatchObject({
    planned: ['Answered 503 without the service: the next 1'],
    happened: [{ text: 'Answered 503 without the service: attempt 1 of a → 503, retrying' }],
  });
  await shown.act({ do: 'clear-faults' });
  expect(shown.at({ ...ALL, place: 'faults' })).toMatchObject({ planned: [] });
});

test('has no documents', async () => {
  expect(shown.at({ ...ALL, place: 'documents' })).toBeUndefined();
  await expect(shown.act({ do: 'cancel', ids: ['a'] })).rejects.toThrow(
    'The emulator alone has no documents and no service.',
  );
});
