import { deleteDocument } from '../../handler/delete-document.ts';
import { newCommand } from '../command-line.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { eachDocument, requireDocumentId } from './each-document.ts';
import { NEEDED } from './operator.ts';

interface DeleteOptions {
  readonly source?: boolean;
  readonly json?: boolean;
}

export const deleteCommand: DocumentsCommand = {
  command: newCommand(
    'delete',
    'Deletes documents for good: what is known of them, their results, and if asked what they were made of. A running attempt ' +
      'stops within 15 s, and its result does not come back. Only their ids stay, which are not taken again. Repeating it is safe.\n' +
      'Exit code: 0 when all are deleted, 1 when not, 2 for a mistake in the call.',
  )
    .usage('ID… [options]')
    .argument('<ID...>')
    .option('--source', 'delete the document in the documents bucket as well')
    .option('--json', 'print one line of JSON for each document: document, documentId, status, epoch, reason'),
  needed: NEEDED.deleting,

  async run(ids, { source = false, json = false }: DeleteOptions, { operator, report, signal }) {
    await eachDocument([...new Set(ids)], { report, signal, json, total: ids.length }, async (documentId) => {
      requireDocumentId(documentId);
      await deleteDocument(documentId, { source }, { ...operator, signal });
      return { documentId, status: 'DELETED' };
    });
    return report.failures > 0 ? 1 : 0;
  },
};
