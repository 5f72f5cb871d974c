import { PROCESS_DOCUMENT_PATH } from '../handler/cloud-tasks-client.ts';
import type { Answer, AttemptRequest } from '../local/cloud-tasks/attempt.ts';
import type { DocumentTask } from '../state/document-task.ts';
import { abortable } from '../time/deadline.ts';
import type { VirtualClock } from '../time/virtual-clock.ts';
import type { Profile } from './fault-profile.ts';
import type { SimulatedInstance } from './instance.ts';
import { SETTINGS } from './instance.ts';
import type { OutcomeWatch } from './outcome-watch.ts';
import type { Random } from './random.ts';

/** What the network stands in. */
interface NetworkWorld {
  readonly clock: VirtualClock;
  readonly random: Random;
  readonly profile: Profile;
  readonly outcomes: OutcomeWatch;
  /** Called before each delivery; an answer ends it there. */
  readonly onDelivery: (request: AttemptRequest) => Promise<Answer | undefined>;
  /** One that takes requests. */
  instance(): SimulatedInstance;
  /** Keeps a broken promise. */
  promise(check: () => void): void;
}

/** The way from Cloud Tasks and Pub/Sub to an instance, where a delivery is doubled, late, or its answer lost. */
export class SimulatedNetwork {
  readonly #world: NetworkWorld;

  constructor(world: NetworkWorld) {
    this.#world = world;
  }

  /** A delivery as the network, Cloud Run and Cloud Tasks' own at-least-once make it. */
  async deliver(request: AttemptRequest, signal?: AbortSignal): Promise<Answer> {
    const { random, profile } = this.#world;
    if (random.chance(profile.duplicate)) {
      void this.#pass(random.between(0, 120_000)).then(() => this.run(request));
    }
    if (random.chance(profile.late)) await this.#pass(random.between(0, 60_000));
    const answer = await (signal ? abortable(this.run(request), signal) : this.run(request));
    if (answer.kind === 'response' && answer.status === 200) this.#checkAcknowledged(request);
    return random.chance(profile.answerLost) ? { kind: 'unreachable', reason: 'the answer was lost' } : answer;
  }

  /** Cloud Run: an instance, the request timeout, and on its expiry 504 while the instance goes on. */
  async run(request: AttemptRequest): Promise<Answer> {
    const { clock } = this.#world;
    const early = await this.#world.onDelivery(request);
    if (early !== undefined) return early;
    const { pathname } = new URL(request.url);
    const body = Buffer.from(request.body ?? '').toString();
    const caller = request.authorization?.serviceAccountEmail;
    const delivery = { path: pathname, headers: request.headers, body, ...(caller && { caller }) };
    const answered = this.#world.instance().request(delivery, clock.now());
    let timer: ReturnType<VirtualClock['setTimeout']> | undefined;
    const timeout = new Promise<Answer>((resolve) => {
      const ms = SETTINGS.deadlines.requestTimeoutSeconds * 1000;
      timer = clock.setTimeout(() => resolve({ kind: 'response', status: 504, headers: {}, body: Buffer.of() }), ms);
    });
    const answer = await Promise.race([answered, timeout]);
    if (timer) clock.clearTimeout(timer);
    return answer;
  }

  /** What Cloud Tasks drops after this answer has told of itself. */
  #checkAcknowledged({ url, body }: AttemptRequest): void {
    if (!url.endsWith(PROCESS_DOCUMENT_PATH)) return;
    const task = JSON.parse(Buffer.from(body ?? '').toString()) as DocumentTask;
    this.#world.promise(() => this.#world.outcomes.checkAcknowledged(task));
  }

  #pass(ms: number): Promise<void> {
    return new Promise((resolve) => this.#world.clock.setTimeout(resolve, ms));
  }
}
