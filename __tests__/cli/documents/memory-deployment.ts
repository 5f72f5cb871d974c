import type { DocumentsCommand } from '../../../cli/documents/documents-command.ts';
import type { Operator } from '../../../cli/documents/operator.ts';
import { Report } from '../../../cli/documents/report.ts';
import { CloudTasksClient, type CreateTask } from '../../../handler/cloud-tasks-client.ts';
import { MemoryObjectStore } from '../../../simulation/memory-object-store.ts';
import { storedState, storedView } from '../../../simulation/stored-document.ts';
import {
  attemptName,
  contentOf,
  type End,
  type Lease,
  metadataOf,
  openingName,
  openingOf,
  type StateContent,
} from '../../../state/state-objects.ts';
import { StateStore } from '../../../state/state-store.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { DOCUMENTS, RESULTS } from '../../handler/handler-in-memory.ts';
import { CLIENT_SETTINGS } from '../../handler/tasks-in-memory.ts';

/** A report, and what it has printed so far. */
export function reporting(clock: VirtualClock, isTTY: boolean) {
  const printed = { out: '', err: '' };
  const into = (stream: 'out' | 'err') => ({
    isTTY,
    write(text: string) {
      printed[stream] += text;
      return true;
    },
  });
  return { printed, report: new Report({ out: into('out'), err: into('err'), clock }) };
}

/** A deployment whose Cloud Storage is in memory and whose Cloud Tasks is a list of names. */
export function deployment() {
  const clock = new VirtualClock();
  const store = new MemoryObjectStore(clock, [DOCUMENTS, RESULTS]);
  const created: string[] = [];
  /** What the next creations of tasks fail with. */
  const refusals: Error[] = [];
  const createTask = async ({ task }: { task: { name: string } }) => {
    const refusal = refusals.shift();
    if (refusal) throw refusal;
    const name = task.name.split('/').at(-1) ?? '';
    if (created.includes(name)) throw Object.assign(new Error('Requested entity already exists'), { code: 6 });
    created.push(name);
    return [task];
  };
  const tasks = new CloudTasksClient(CLIENT_SETTINGS, async () => ({ createTask }) as unknown as CreateTask, clock);
  const operator: Operator = {
    store,
    states: new StateStore(store, RESULTS),
    tasks,
    clock,
    newOwner: () => 'operator',
    pubsub: { accessToken: async () => 'token', baseUrl: 'http://127.0.0.1:9' },
    settings: {
      projectId: 'my-project',
      outcomesTopic: '',
      documentsBucket: DOCUMENTS,
      resultsBucket: RESULTS,
      maxDocumentBytes: 1000,
    },
  };

  /** Runs a command, as it was called, to its exit code and what it printed. */
  async function run(
    documentsCommand: DocumentsCommand,
    words: readonly string[] = [],
    signal = new AbortController().signal,
  ) {
    const { report, printed } = reporting(clock, false);
    const { command } = documentsCommand;
    command.parse(words, { from: 'user' });
    const code = await documentsCommand.run(command.args, command.opts(), { operator, report, signal });
    return { code, ...printed };
  }

  const at = () => new Date(clock.now()).toISOString();
  const put = (name: string, content: StateContent) =>
    store.objects.insert(RESULTS, name, '', { metadata: metadataOf(content) });
  const view = (documentId: string) => storedView(store.objects, RESULTS, documentId, clock.now());
  /** The attempt that comes next, or runs. */
  const attemptOf = (documentId: string) => {
    const epoch = storedState(store.objects, RESULTS, documentId).epochs.at(-1);
    return { documentId, epoch: epoch?.task.epoch ?? 0, number: epoch?.next ?? 1 };
  };

  /** A document that waits. */
  function add(documentId: string, filename = `${documentId}.pdf`) {
    const sourceUri = `gs://${DOCUMENTS}/${documentId}.pdf`;
    const task = { documentId, sourceUri, generation: '1', filename, method: 'auto', ocr: 'auto', epoch: 0 } as const;
    put(openingName(documentId, 0), openingOf(task, 'accepted', clock.now()));
    return view(documentId);
  }

  /** Ends the document's next attempt. */
  function end(documentId: string, content: Partial<End>) {
    const attempt = attemptOf(documentId);
    const base = { kind: 'COMPLETED', by: 'one', at: at(), attempts: attempt.number } as const;
    put(attemptName(attempt, 'end'), { ...base, ...content });
    return view(documentId);
  }

  /** A document that has FAILED after two attempts. */
  function addFailed(documentId: string, reason = 'error') {
    add(documentId);
    return end(documentId, { kind: 'FAILED', attempts: 2, error: { reason, message: 'No.' } });
  }

  /** Begins the document's next epoch. */
  function reopen(documentId: string) {
    const { epoch } = attemptOf(documentId);
    const opening = store.objects.get(RESULTS, openingName(documentId, epoch)).metadata;
    put(openingName(documentId, epoch + 1), {
      ...contentOf<StateContent>('', opening),
      kind: 'replayed',
      at: at(),
    } as never);
  }

  /** Begins the document's next attempt. */
  function claim(documentId: string, owner = 'one') {
    const lease: Lease = { owner, expiresAt: clock.now() + 45_000, at: at() };
    put(attemptName(attemptOf(documentId), 'lease'), lease);
  }

  return { clock, store, operator, created, refusals, run, put, view, attemptOf, add, addFailed, end, reopen, claim };
}

/** The lines of JSON that a command printed. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
