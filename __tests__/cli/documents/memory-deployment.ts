import type { DocumentsCommand } from '../../../cli/documents/documents-command.ts';
import type { Operator } from '../../../cli/documents/operator.ts';
import { Report } from '../../../cli/documents/report.ts';
import { CloudTasksClient, type CreateTask } from '../../../handler/cloud-tasks-client.ts';
import { type DocumentRecord, failed, pendingRecord } from '../../../handler/document-record.ts';
import { RecordStore } from '../../../handler/record-store.ts';
import { MemoryObjectStore } from '../../../simulation/memory-object-store.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { CLIENT_SETTINGS, DOCUMENTS, RESULTS } from '../../handler/handler-in-memory.ts';

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
  const records = new RecordStore(store, RESULTS);
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
    records,
    tasks,
    clock,
    documentsBucket: DOCUMENTS,
    resultsBucket: RESULTS,
    maxDocumentBytes: 1000,
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

  async function add(documentId: string, change: (record: DocumentRecord) => DocumentRecord = (record) => record) {
    const generation = '1';
    const sourceUri = `gs://${DOCUMENTS}/${documentId}.pdf`;
    const filename = `${documentId}.pdf`;
    const task = { documentId, sourceUri, generation, filename, method: 'auto', ocr: 'auto', epoch: 0 } as const;
    return (await records.swap(undefined, change(pendingRecord(task, clock.now())))).record;
  }

  const failedBecause = (reason: string) => (record: DocumentRecord) =>
    failed({ ...record, attempts: 2 }, { reason, message: 'No.' }, clock.now());

  return { clock, store, records, operator, created, refusals, run, add, failedBecause };
}

/** The lines of JSON that a command printed. */
export function jsonLines(text: string): Record<string, unknown>[] {
  return text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
}
