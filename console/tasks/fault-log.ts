import type { Attempt, AttemptRequest } from '../../local/cloud-tasks/attempt.ts';
import type { AttemptFault, Faults } from '../../local/cloud-tasks/faults.ts';
import { queueOf, shortId } from '../../local/cloud-tasks/names.ts';
import type { Action, Done } from '../actions.ts';
import type { FaultsView } from '../views.ts';
import { answerText } from './attempt-details.ts';

/** Faults whose story is kept. */
const MOST_HAPPENED = 100;

interface Happened {
  readonly id: number;
  readonly at: number;
  readonly what: string;
  readonly documentId: string | undefined;
  /** Of the attempt that it happened to. */
  readonly attempt: string;
  cameOfIt?: string;
}

/** What went wrong on demand, and what came of it. */
export class FaultLog {
  /** The newest first. */
  readonly #happened: Happened[] = [];
  #count = 0;

  /** Something happened that is no attempt's. */
  note(what: string, now: number): void {
    this.#add({ at: now, what, documentId: undefined, attempt: '' });
  }

  /** A fault happens to an attempt. */
  noteFault(fault: AttemptFault, { headers, body }: AttemptRequest, now: number): void {
    const {
      'X-CloudTasks-QueueName': queue,
      'X-CloudTasks-TaskName': task,
      'X-CloudTasks-TaskRetryCount': count,
    } = headers;
    const number = Number(count) + 1;
    const attempt = `${queue}/${task}/${number}`;
    const what = `${faultText(fault)}: attempt ${number} of ${task}`;
    this.#add({ at: now, what, documentId: documentIdIn(body), attempt });
  }

  /** An attempt is over, one of those perhaps. */
  noteAttempt({ taskName, number, answer, outcome }: Attempt): void {
    const attempt = `${shortId(queueOf(taskName))}/${shortId(taskName)}/${number}`;
    const happened = this.#happened.find((one) => one.attempt === attempt && one.cameOfIt === undefined);
    if (happened) happened.cameOfIt = `${answerText(answer)}, ${outcome}`;
  }

  view(faults: Faults, storageFaults: number, pids: readonly number[]): FaultsView {
    const planned = faults.planned.map(({ fault, left }) => `${faultText(fault)}: the next ${left}`);
    if (storageFaults > 0) planned.push(`Storage answers 503: the next ${storageFaults} requests`);
    return {
      kind: 'faults',
      planned,
      happened: this.#happened.map(({ id, at, what, documentId, cameOfIt }) => ({
        id,
        at,
        text: cameOfIt === undefined ? what : `${what} → ${cameOfIt}`,
        documentId,
      })),
      pids,
    };
  }

  #add(happened: Omit<Happened, 'id'>): void {
    this.#happened.unshift({ id: this.#count++, ...happened });
    this.#happened.length = Math.min(this.#happened.length, MOST_HAPPENED);
  }
}

/** Has attempts fail from now on. */
export function planFault(faults: Faults, { fault, times }: Action & { do: 'fault' }): Done {
  faults.onAttempt(fault, { times });
  return { said: `${faultText(fault)}: so will be the next ${times}.` };
}

/** A fault as people call it. */
function faultText(fault: AttemptFault): string {
  switch (fault.kind) {
    case 'deliverTwice':
      return 'Delivered twice';
    case 'dropAnswer':
      return 'Answer dropped';
    case 'delay':
      return `Delayed by ${fault.ms / 1000} s`;
    case 'timeOut':
      return 'Lost on the way';
    case 'answer':
      return `Answered ${fault.status} without the service`;
  }
}

function documentIdIn(body: Uint8Array = new Uint8Array()): string | undefined {
  try {
    const { documentId } = JSON.parse(Buffer.from(body).toString()) as { documentId?: unknown };
    return typeof documentId === 'string' ? documentId : undefined;
  } catch {
    return undefined;
  }
}
