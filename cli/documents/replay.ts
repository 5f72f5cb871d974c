import type { DocumentRecord } from '../../handler/document-record.ts';
import { documentIds } from '../../handler/record-store.ts';
import { replayDocument } from '../../handler/replay-document.ts';
import { newCommand, UsageError } from '../command-line.ts';
import { numberForPeople } from '../progress.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { eachDocument, requireDocumentId } from './each-document.ts';
import { NEEDED } from './operator.ts';

interface ReplayOptions {
  readonly allFailed?: boolean;
  readonly json?: boolean;
}

export const replayCommand: DocumentsCommand = {
  command: newCommand(
    'replay',
    'Has FAILED documents processed again; what failed before stays in their history. Repeating it is safe, whatever stopped it.\n' +
      'Exit code: 0 when all are replayed, 1 when not, 2 for a mistake in the call.',
  )
    .usage('ID… | --all-failed [options]')
    .argument('[ID...]')
    .option('--all-failed', 'every document that is FAILED, or whose replay was cut off')
    .option('--json', 'print one line of JSON for each document: document, documentId, status, epoch, reason'),
  needed: NEEDED.replaying,

  async run(words, { allFailed = false, json = false }: ReplayOptions, { operator, report, signal }) {
    const ids = [...new Set(words)];
    if (allFailed === ids.length > 0) {
      throw new UsageError(
        `Either name documents or say --all-failed${allFailed ? ', not both' : ''}. Try: npm run documents -- replay --help`,
      );
    }
    let replayed = 0;
    const replayOne = async (id: string) => {
      requireDocumentId(id);
      const record = await replayDocument(id, operator);
      replayed++;
      return record;
    };
    if (allFailed) {
      const all = documentIds(operator.store, operator.resultsBucket, signal);
      await eachDocument(all, { report, signal, json }, async (id) => {
        const stored = await operator.records.read(id, signal);
        return stored !== undefined && needsReplay(stored.record) ? replayOne(id) : undefined;
      });
    } else {
      await eachDocument(ids, { report, signal, json, total: ids.length }, replayOne);
    }
    const { failures } = report;
    if (!json && (allFailed || ids.length > 1)) {
      report.note(`${numberForPeople(replayed)} replayed, ${numberForPeople(failures)} not.`);
    }
    return failures > 0 ? 1 : 0;
  },
};

/** FAILED, or in a new epoch that nobody has begun: whoever replayed it may have stopped before its tasks were there. */
function needsReplay({ status, epoch, attempts }: DocumentRecord): boolean {
  return status === 'FAILED' || (status === 'PENDING' && epoch > 0 && attempts === 0);
}
