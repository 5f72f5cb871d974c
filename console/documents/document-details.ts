import type { Deadlines } from '../../deadlines.ts';
import type { DocumentState, Epoch } from '../../state/document-state.ts';
import { taskIdFor } from '../../state/document-task.ts';
import type { DocumentResult } from '../../state/state-objects.ts';
import type { DocumentDetails, DocumentRow, EpochDetails, LogLine, ResultDetails, ShownDeadlines } from '../views.ts';

/** What Cloud Tasks knows of a document's task, by its short name. */
export type Deliveries = (taskId: string) => Pick<EpochDetails, 'attempts' | 'task'>;

interface DetailSources {
  readonly deliveries: Deliveries;
  readonly deadlines: Deadlines;
  readonly log: readonly LogLine[];
}

/** All that is known of a document. */
export function documentDetails(
  row: DocumentRow,
  state: DocumentState,
  { deliveries, deadlines, log }: DetailSources,
): DocumentDetails | undefined {
  const newest = state.epochs.at(-1);
  if (newest === undefined) return undefined;
  const { sourceUri, generation, method, ocr } = newest.task;
  return {
    kind: 'document',
    ...row,
    sourceUri: `${sourceUri}#${generation}`,
    options: `method ${method}, ocr ${ocr}`,
    epochs: state.epochs.map((epoch) => epochDetails(epoch, deliveries)).reverse(),
    deadlines: shownDeadlines(deadlines),
    result: newest.outcome?.result && resultDetails(newest.outcome.result),
    hasContent: true,
    log,
  };
}

function epochDetails({ task, createdAt, ends, outcome, converted }: Epoch, deliveries: Deliveries): EpochDetails {
  const taskId = taskIdFor(task);
  return {
    epoch: task.epoch,
    taskId,
    since: Date.parse(createdAt),
    until: outcome && Date.parse(outcome.at),
    outcome: outcome?.kind,
    isConverted: converted !== undefined && outcome?.kind !== 'COMPLETED',
    ends: ends.map(({ kind, at, error }) => ({
      kind,
      at: Date.parse(at),
      reason: error?.reason,
      message: error?.message,
    })),
    ...deliveries(taskId),
  };
}

function resultDetails({
  markdownUri,
  pages,
  characters,
  partial,
  fieldsUri,
  extraction,
}: DocumentResult): ResultDetails {
  return {
    markdownUri,
    pages,
    characters,
    partial: partial === true,
    hasFields: fieldsUri !== undefined,
    ...(extraction && {
      model: {
        name: extraction.model,
        input: extraction.tokens.input,
        output: extraction.tokens.output,
        usd: extraction.estimatedCostUsd,
      },
    }),
  };
}

/** The chain as far as an attempt can meet it. */
export function shownDeadlines(deadlines: Deadlines): ShownDeadlines {
  return {
    conversion: deadlines.conversionSeconds,
    budget: deadlines.budgetSeconds,
    timeout: deadlines.requestTimeoutSeconds,
    dispatch: deadlines.dispatchDeadlineSeconds,
  };
}
