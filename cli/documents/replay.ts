import { replayDocument } from '../../handler/replay-document.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { newCommand, UsageError } from '../command-line.ts';
import { numberForPeople } from '../progress.ts';
import { allDocuments } from './all-documents.ts';
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
      const document = await replayDocument(id, { ...operator, signal });
      replayed++;
      return document;
    };
    if (allFailed) {
      await eachDocument(
        allDocuments(operator, true, signal),
        { report, signal, json },
        async ({ documentId, view }) => {
          const document = view();
          return document !== undefined && needsReplay(document) ? replayOne(documentId) : undefined;
        },
      );
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
function needsReplay({ status, epoch, attempts }: DocumentView): boolean {
  return status === 'FAILED' || (status === 'PENDING' && epoch > 0 && attempts === 0);
}
