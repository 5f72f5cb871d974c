import type { Extractor } from '../documents/extraction/extractor.ts';
import { type Epoch, isLive, nextStep, type Step } from '../state/document-state.ts';
import type { DocumentTask } from '../state/document-task.ts';
import { type ConvertedDocument, type DocumentError, type DocumentResult, openingOf } from '../state/state-objects.ts';
import type { StateStore, StoredLease } from '../state/state-store.ts';
import { Deadline } from '../time/deadline.ts';
import { isoTime } from '../time/iso-time.ts';
import { type ConvertDependencies, convertDocument } from './convert-step.ts';
import { type ExtractDependencies, extractFields } from './extract-step.ts';
import { HeldLease, LeaseLostError, leaseOf } from './lease.ts';
import { ResultFolder } from './result-folder.ts';
import type { Settings } from './settings.ts';
import { describeFailure, type Verdict, verdictOn } from './verdict.ts';

export interface ProcessingDependencies extends ConvertDependencies, ExtractDependencies {
  readonly states: StateStore;
  readonly settings: Pick<
    Settings,
    'deadlines' | 'documentsBucket' | 'resultsBucket' | 'maxAttempts' | 'maxDocumentBytes'
  >;
  /** @default none: nothing is extracted */
  readonly extractor?: Extractor | undefined;
  /** A name that no other attempt has. */
  readonly newOwner: () => string;
}

interface AttemptOptions {
  /** `X-CloudTasks-TaskRetryCount`: 0 the first time. (The execution count leaves out 5xx answers and timeouts.) */
  readonly retryCount: number;
  /** Aborted with a {@link DrainingError} when the instance is about to end. */
  readonly draining: AbortSignal;
  /** Called when the attempt has the document, for the log. */
  readonly onClaimed?: (epoch: Epoch) => void;
}

/** What an attempt answers Cloud Tasks. */
export interface Outcome {
  readonly httpStatus: Verdict['httpStatus'];
  readonly status: (Step & { kind: 'none' })['status'];
  readonly result?: DocumentResult;
  readonly error?: DocumentError;
}

/** Seconds of the container's 10 s after SIGTERM that giving a document back may take. */
const RELEASE_SECONDS = 5;

/**
 * One attempt at a document, from the claim to its end. Never throws: whatever happens becomes an outcome.
 *
 * The table of outcomes is {@link verdictOn} for failures; the order of steps is: claim, read, convert, store the result under
 * the attempt's own name, extract and store the fields where the deployment does, commit. Nothing of an attempt is visible before
 * the commit, and of all who may end an attempt only the first one does.
 */
export async function processDocument(
  task: DocumentTask,
  attempt: AttemptOptions,
  dependencies: ProcessingDependencies,
): Promise<Outcome> {
  const { clock, states, store, settings } = dependencies;
  const { deadlines, maxAttempts, resultsBucket } = settings;
  using budget = new Deadline(clock, 'The attempt', deadlines.budgetSeconds, attempt.draining);
  const isLast = attempt.retryCount + 1 >= maxAttempts;

  const owner = dependencies.newOwner();
  let claimed: Awaited<ReturnType<typeof claimDocument>>;
  try {
    claimed = await claimDocument(task, owner, budget.signal, dependencies);
  } catch (error) {
    return { httpStatus: verdictOn(error, false).httpStatus, status: 'PENDING', error: describeFailure(error) };
  }
  if ('httpStatus' in claimed) return claimed;
  const { epoch, lease: stored } = claimed;
  attempt.onClaimed?.(epoch);

  const number = { ...epoch.task, number: epoch.next };
  const lease = new HeldLease(number, stored, { states, clock, deadlines, onLost: (error) => budget.end(error) });
  const folder = ResultFolder.of(store, resultsBucket, task.documentId, owner);
  try {
    const result = await convertAndExtract({ epoch, lease, folder }, budget, dependencies);
    await lease.end({ kind: 'COMPLETED', result }, budget.signal);
    return { httpStatus: 200, status: 'COMPLETED', result };
  } catch (error) {
    return giveUp(error, isLast, { epoch, lease, folder }, dependencies);
  }
}

/** What an attempt holds. */
interface Held {
  readonly epoch: Epoch;
  readonly lease: HeldLease;
  /** Where its results go. */
  readonly folder: ResultFolder;
}

async function claimDocument(
  task: DocumentTask,
  owner: string,
  signal: AbortSignal,
  { states, clock, settings }: ProcessingDependencies,
): Promise<{ epoch: Epoch; lease: StoredLease } | Outcome> {
  for (;;) {
    const step = nextStep(await states.read(task.documentId, signal), task);
    if (step.kind === 'none') {
      return { httpStatus: 200, status: step.status, ...(step.error && { error: step.error }) };
    }
    if (step.kind === 'open') {
      await states.open(task.documentId, task.epoch, openingOf(task, 'accepted', clock.now()), signal);
      continue;
    }
    const { epoch } = step;
    const number = { ...epoch.task, number: epoch.next };
    // Before the look at another's lease: whoever stalls after it must not take for run out what was renewed meanwhile.
    const now = clock.now();
    const lease = await states.claim(number, leaseOf(owner, now, settings.deadlines), signal);
    if (lease?.owner === owner) return { epoch, lease };
    if (lease === undefined) continue;
    if (isLive(lease, now)) return { httpStatus: 409, status: 'PROCESSING' };
    // Its holder is dead, or stalls: then its own end comes too late. Whoever is first to say so, the next attempt may begin.
    await states.end(number, { kind: 'TAKEN-OVER', by: owner, at: isoTime(now), attempts: epoch.next }, signal);
  }
}

/** Goes on from where the attempts before have come to. */
async function convertAndExtract(
  { epoch, lease, folder }: Held,
  budget: Deadline,
  dependencies: ProcessingDependencies,
): Promise<DocumentResult> {
  const { task } = epoch;
  const { extractor } = dependencies;
  const earlier = await storedEarlier(epoch, budget.signal, dependencies);
  const conversion = earlier ? { stored: earlier } : await convertDocument(task, folder, budget, dependencies);
  const { stored, markdown }: { stored: ConvertedDocument; markdown?: string } = conversion;
  const { type: _type, ...result } = stored;
  if (extractor === undefined) return result;

  if (markdown !== undefined) {
    // So that an attempt after a failed extraction need not convert again.
    folder.share();
    await lease.noteConversion(stored, budget.signal);
  }
  return {
    ...result,
    ...(await extractFields(extractor, { task, converted: stored, markdown }, budget, dependencies)),
  };
}

/** What an attempt before has converted, unless its Markdown was deleted since. */
async function storedEarlier(
  { converted }: Epoch,
  signal: AbortSignal,
  { store }: ProcessingDependencies,
): Promise<ConvertedDocument | undefined> {
  if (converted === undefined) return undefined;
  const folder = ResultFolder.around(store, converted.markdownUri);
  return (await folder.has('document.md', signal)) ? converted : undefined;
}

async function giveUp(
  error: unknown,
  isLast: boolean,
  { lease, folder }: Held,
  { clock, settings }: ProcessingDependencies,
): Promise<Outcome> {
  const { requestTimeoutSeconds, budgetSeconds } = settings.deadlines;
  const { httpStatus, end: kind } = verdictOn(error, isLast);
  const reason = describeFailure(error);
  // The budget may be over, so the last writes have time of their own: what Cloud Run still gives, or SIGTERM.
  const seconds = Math.min(RELEASE_SECONDS, (requestTimeoutSeconds - budgetSeconds) * 0.8);
  using limit = new Deadline(clock, 'Storing the outcome', seconds);
  try {
    if (kind === undefined) throw error;
    const end = await lease.end({ kind, error: reason }, limit.signal);
    // The commit was written, and nobody heard of it.
    if (end.result) return { httpStatus: 200, status: 'COMPLETED', result: end.result };
    return { httpStatus, status: end.kind === 'FAILED' ? 'FAILED' : 'PENDING', error: end.error ?? reason };
  } catch (unsettled) {
    if (unsettled instanceof LeaseLostError) await folder.discard(limit.signal).catch(() => {});
    // No end of this attempt is stored, so the task must not end: a retry finds what has become of the document.
    return { httpStatus: verdictOn(unsettled, false).httpStatus, status: 'PROCESSING', error: reason };
  }
}
