import type { CloudTasksClient } from '@google-cloud/tasks';
import type { Answer, AttemptRequest } from '../../../local/cloud-tasks/attempt.ts';
import { type CloudTasks, type CloudTasksOptions, startCloudTasks } from '../../../local/cloud-tasks/cloud-tasks.ts';
import { CODES, type Code } from '../../../local/cloud-tasks/errors.ts';
import type { ProtoMethodName } from '../../../local/cloud-tasks/messages.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { callMethod, officialClient, type Wire } from './clients.ts';
import { LOCATION, response } from './vocabulary.ts';

/** A request that left for a target. */
interface Sent {
  /** Seconds since the test's own start. */
  readonly second: number;
  readonly request: AttemptRequest;
}

/** An emulator on a virtual clock, called by the official client over one of its wires. Each test gets a queue of its own. */
export class EmulatorUnderTest {
  readonly clock = new VirtualClock();
  readonly wire: Wire;
  tasks!: CloudTasks;
  /** `projects/P/locations/L/queues/Q` of the running test. */
  queue = '';
  sent: Sent[] = [];
  /** Answers of the target: the last one for all further attempts, `null` for none at all. */
  answers: (Answer | null)[] = [response(200)];
  #client!: CloudTasksClient;
  #beta!: CloudTasksClient;
  #start = 0;
  #count = 0;

  constructor(wire: Wire) {
    this.wire = wire;
  }

  async start(options: CloudTasksOptions = {}): Promise<void> {
    const send = (request: AttemptRequest) => {
      this.sent.push({ second: (this.clock.now() - this.#start) / 1000, request });
      const answer = this.answers[Math.min(this.sent.length, this.answers.length) - 1];
      return answer ? Promise.resolve(answer) : new Promise<Answer>(() => {});
    };
    this.tasks = await startCloudTasks({ clock: this.clock, send, ...options });
    this.#client = officialClient(this.wire, this.tasks.port);
    this.#beta = officialClient(this.wire, this.tasks.port, 'v2beta3');
  }

  /** A new queue for a test, and a target that has seen nothing. */
  async newQueue(config: object = {}): Promise<void> {
    if (this.queue !== '') await this.call('PauseQueue', { name: this.queue }).catch(() => {});
    this.queue = `${LOCATION}/queues/q${this.#count++}`;
    await this.call('CreateQueue', { parent: LOCATION, queue: { name: this.queue, ...config } });
    this.sent = [];
    this.answers = [response(200)];
    this.#start = this.clock.now();
  }

  async close(): Promise<void> {
    await this.#client.close();
    await this.#beta.close();
    await this.tasks.close();
  }

  // biome-ignore lint/suspicious/noExplicitAny: the client's answers differ by method, and matchers look at them.
  call(method: ProtoMethodName, request: object, token?: string): Promise<any> {
    return callMethod(this.#client, method, request, token);
  }

  // biome-ignore lint/suspicious/noExplicitAny: as above.
  callBeta(method: ProtoMethodName, request: object): Promise<any> {
    return callMethod(this.#beta, method, request);
  }

  /** Over REST without the client, which asks for /v1: no API of Cloud Tasks has that. */
  async location(name: string): Promise<unknown> {
    // A list of the location and two things more, whatever its type says.
    if (this.wire === 'gRPC') return ([] as unknown[]).concat(await this.#client.getLocation({ name }))[0];
    return (await fetch(`${this.tasks.url}/v2/${name}`)).json();
  }

  async locations(name: string): Promise<unknown[]> {
    if (this.wire === 'gRPC') {
      const found: unknown[] = [];
      for await (const location of this.#client.listLocationsAsync({ name })) found.push(location);
      return found;
    }
    const { locations } = (await (await fetch(`${this.tasks.url}/v2/${name}/locations`)).json()) as {
      locations: unknown[];
    };
    return locations;
  }

  /** Follows the pages to the end, as the client does by itself. */
  async listTasks(request: { parent: string; pageSize: number; responseView?: 'FULL' }) {
    const [tasks] = await this.#client.listTasks(request);
    return tasks;
  }

  /** Creates a task in the test's queue. */
  create(id: string, task: object = {}) {
    const name = `${this.queue}/tasks/${id}`;
    return this.call('CreateTask', {
      parent: this.queue,
      task: { name, httpRequest: { url: 'https://t.example/' }, ...task },
    });
  }

  /** The error that a call ends with. Over gRPC the client puts the code in front of the message; the details are the message alone. */
  async errorOf(call: Promise<unknown>): Promise<{ code: number; message: string }> {
    const error = (await call.then(
      (answer) => {
        throw new Error(`It succeeded: ${JSON.stringify(answer)}`);
      },
      (reason: unknown) => reason,
    )) as { code: number; message: string; details?: string };
    return { code: error.code, message: this.wire === 'gRPC' ? (error.details ?? '') : error.message };
  }

  /** What {@link errorOf} is for a canonical code: the same on both wires. */
  error(code: Code, message: string): { code: number; message: string } {
    return { code: CODES[code].grpc, message };
  }

  /** The client's `Timestamp` of so many seconds from now. */
  inSeconds(seconds: number): { seconds: number } {
    return { seconds: Math.floor(this.clock.now() / 1000) + seconds };
  }

  async advance(seconds: number): Promise<void> {
    await this.clock.advance(seconds * 1000);
  }

  /** The seconds at which requests left. */
  get sentAt(): number[] {
    return this.sent.map(({ second }) => second);
  }

  /** One of Cloud Tasks' own headers, request by request. */
  sentHeader(name: string): (string | undefined)[] {
    return this.sent.map(({ request }) => request.headers[`X-CloudTasks-${name}`]);
  }
}
