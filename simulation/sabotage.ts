import type { WriteOptions } from '../google/object-store.ts';
import { CHECK_DOCUMENT_PATH } from '../handler/cloud-tasks-client.ts';
import { attemptName, parseStateName } from '../state/state-objects.ts';
import type { GoogleTask } from './emulator-client.ts';
import { RESULTS } from './instance.ts';
import type { MemoryObjectStore } from './memory-object-store.ts';
import { storedState } from './stored-document.ts';

/** What of the mechanism is taken out, to show that the checks notice. */
export type Sabotage = 'first writer' | 'fence' | 'lease' | 'watchdog' | 'resumption' | 'telling';

/** Takes a part of the mechanism out of what every process stores and reads. */
export function sabotageStore(sabotage: Sabotage, store: MemoryObjectStore): void {
  const { read, write } = { read: store.read.bind(store), write: store.write.bind(store) };
  if (sabotage === 'first writer') {
    store.write = async (bucket, name, body, options) =>
      write(bucket, name, body, name.endsWith('.end') ? withoutPrecondition(options) : options);
  } else if (sabotage === 'fence') {
    store.write = async (bucket, name, body, options) => write(bucket, nextEnd(name, store), body, options);
  } else if (sabotage === 'resumption') {
    store.read = async (bucket, name, options) =>
      name.endsWith('/fields.json') ? undefined : read(bucket, name, options);
  }
}

/** Whether a task is one that nobody creates. */
export function isLostTask(sabotage: Sabotage | undefined, { httpRequest }: GoogleTask): boolean {
  return sabotage === 'watchdog' && httpRequest?.url?.endsWith(CHECK_DOCUMENT_PATH) === true;
}

/** As if an attempt ended whatever comes next in its epoch, not itself. */
function nextEnd(name: string, { objects }: MemoryObjectStore): string {
  const attempt = parseStateName(name);
  if (attempt?.what !== 'end') return name;
  const { epochs } = storedState(objects, RESULTS, attempt.documentId);
  const epoch = epochs.find(({ task }) => task.epoch === attempt.epoch);
  return epoch ? attemptName({ ...attempt, number: epoch.next }, 'end') : name;
}

function withoutPrecondition({ ifGenerationMatch: _precondition, ...options }: WriteOptions): WriteOptions {
  return options;
}
