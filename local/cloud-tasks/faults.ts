import { type Clock, sleep } from '../../time/clock.ts';
import type { Answer, AttemptRequest, Send } from './attempt.ts';
import { CloudTasksError } from './errors.ts';
import type { MethodName } from './messages.ts';
import { queueOf, shortId } from './names.ts';

/** What can go wrong with an attempt. */
export type AttemptFault =
  /** The target gets the request twice at the same time; the answer to the first counts. */
  | { readonly kind: 'deliverTwice' }
  /** The target gets the request and answers, and the connection breaks before the answer arrives. */
  | { readonly kind: 'dropAnswer' }
  /** The request leaves so many milliseconds late. The dispatch deadline runs meanwhile. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** The request never arrives, and nothing is heard until the dispatch deadline. */
  | { readonly kind: 'timeOut' }
  /** The target is not asked: this is its answer. */
  | { readonly kind: 'answer'; readonly status: number; readonly retryAfter?: string };

export interface FaultScope {
  /** Attempts that it happens to. 1 or more. @default 1 */
  readonly times?: number;
  /** Full name of the only task that it happens to. @default any */
  readonly task?: string;
}

/** A fault that was asked for and has not happened so often yet. */
export interface PlannedFault {
  readonly fault: AttemptFault;
  readonly task: string | undefined;
  left: number;
}

/** Faults on demand, for tests of what Cloud Tasks' users must survive. Those that were asked for first happen first. */
export class Faults {
  readonly #planned: PlannedFault[] = [];
  #onHappened: (fault: AttemptFault, request: AttemptRequest) => void = () => {};
  #unavailableCreates = 0;

  /**
   * Makes the next attempts fail.
   *
   * @throws RangeError when `times` is not a whole number of 1 or more, or a delay is negative
   */
  onAttempt(fault: AttemptFault, { times = 1, task }: FaultScope = {}): void {
    requireCount('times', times, 1);
    if (fault.kind === 'delay' && !(fault.ms >= 0)) {
      throw new RangeError(`A delay takes 0 ms or more; received ${fault.ms}.`);
    }
    this.#planned.push({ fault, task, left: times });
  }

  /**
   * Makes so many calls of CreateTask from now on answer UNAVAILABLE.
   *
   * @throws RangeError when `creates` is not a whole number of 0 or more
   */
  unavailable(creates: number): void {
    requireCount('creates', creates, 0);
    this.#unavailableCreates = creates;
  }

  /** Those that are still to come, the next first. */
  get planned(): readonly PlannedFault[] {
    return this.#planned;
  }

  /** Tells one listener of each fault at the attempt that it happens to. */
  onHappened(listener: (fault: AttemptFault, request: AttemptRequest) => void): void {
    this.#onHappened = listener;
  }

  /** Forgets all faults that have not happened yet. */
  clear(): void {
    this.#planned.length = 0;
    this.#unavailableCreates = 0;
  }

  /** @throws CloudTasksError UNAVAILABLE when that was asked for */
  beforeCall(method: MethodName): void {
    if (method !== 'CreateTask' || this.#unavailableCreates === 0) return;
    this.#unavailableCreates -= 1;
    throw new CloudTasksError('UNAVAILABLE', 'The service is currently unavailable.');
  }

  /** A sender to which the faults happen. */
  in(send: Send, clock: Clock): Send {
    return (request, signal) => {
      const fault = this.#next(request);
      return fault ? suffer(fault, request, signal, send, clock) : send(request, signal);
    };
  }

  #next(request: AttemptRequest): AttemptFault | undefined {
    const planned = this.#planned.find(({ task }) => task === undefined || isOf(request, task));
    if (!planned) return undefined;
    planned.left -= 1;
    if (planned.left === 0) this.#planned.splice(this.#planned.indexOf(planned), 1);
    this.#onHappened(planned.fault, request);
    return planned.fault;
  }
}

async function suffer(
  fault: AttemptFault,
  request: AttemptRequest,
  signal: AbortSignal,
  send: Send,
  clock: Clock,
): Promise<Answer> {
  switch (fault.kind) {
    case 'deliverTwice': {
      const first = send(request, signal);
      await Promise.allSettled([first, send(request, signal)]);
      return first;
    }
    case 'dropAnswer':
      await send(request, signal);
      throw new Error('The connection broke before the answer arrived, as a fault on demand.');
    case 'delay':
      await sleep(clock, fault.ms, signal);
      return send(request, signal);
    case 'timeOut':
      return new Promise(() => {});
    case 'answer': {
      const headers = fault.retryAfter === undefined ? {} : { 'retry-after': fault.retryAfter };
      return { kind: 'response', status: fault.status, headers, body: new Uint8Array() };
    }
  }
}

function isOf({ headers }: AttemptRequest, taskName: string): boolean {
  return (
    headers['X-CloudTasks-TaskName'] === shortId(taskName) &&
    headers['X-CloudTasks-QueueName'] === shortId(queueOf(taskName))
  );
}

function requireCount(what: string, value: number, least: number): void {
  if (Number.isInteger(value) && value >= least) return;
  throw new RangeError(`${what} must be a whole number of ${least} or more; received ${value}.`);
}
