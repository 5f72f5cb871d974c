import type { DocumentRecord } from '../../handler/document-record.ts';
import { documentIds } from '../../handler/record-store.ts';
import { replayDocument } from '../../handler/replay-document.ts';
import { type Command, type ParsedCommand, UsageError } from '../command-line.ts';
import { eachDocument, requireDocumentId } from './each-document.ts';
import type { Operator } from './operator.ts';
import { count, type Report } from './report.ts';

export const replayCommand: Command = {
  usage: 'npm run documents -- replay ID… | --all-failed [options]',
  summary:
    'Has FAILED documents processed again; what failed before stays in their history. Repeating it is safe, whatever stopped it.\n' +
    'Exit code: 0 when all are replayed, 1 when not, 2 for a mistake in the call.',
  options: {
    'all-failed': { type: 'boolean', help: 'every document that is FAILED, or whose replay was cut off' },
    json: {
      type: 'boolean',
      help: 'print one line of JSON for each document: document, documentId, status, epoch, reason',
    },
  },
  takesFiles: true,
};

/** @returns the exit code */
export async function replayDocuments(
  { files, options }: ParsedCommand,
  operator: Operator,
  report: Report,
  signal: AbortSignal,
): Promise<number> {
  const ids = [...new Set(files)];
  const all = options['all-failed'] === true;
  if (all === ids.length > 0) {
    throw new UsageError(
      `Either name documents or say --all-failed${all ? ', not both' : ''}. Try: npm run documents -- replay --help`,
    );
  }
  const json = options.json === true;
  let replayed = 0;
  const replay = async (id: string) => {
    requireDocumentId(id);
    const record = await replayDocument(id, operator);
    replayed++;
    return record;
  };
  if (all) {
    await eachDocument(
      documentIds(operator.store, operator.resultsBucket, signal),
      { report, signal, json },
      async (id) => {
        const stored = await operator.records.read(id, signal);
        return stored !== undefined && needsReplay(stored.record) ? replay(id) : undefined;
      },
    );
  } else {
    await eachDocument(ids, { report, signal, json, total: ids.length }, replay);
  }
  const { failures } = report.counts;
  if (!json && (all || ids.length > 1)) report.note(`${count(replayed)} replayed, ${count(failures)} not.`);
  return failures > 0 ? 1 : 0;
}

/** FAILED, or in a new epoch that nobody has begun: whoever replayed it may have stopped before its tasks were there. */
function needsReplay({ status, epoch, attempts }: DocumentRecord): boolean {
  return status === 'FAILED' || (status === 'PENDING' && epoch > 0 && attempts === 0);
}
