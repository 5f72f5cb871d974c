import { cancelDocument } from '../../handler/cancel-document.ts';
import { newCommand } from '../command-line.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { DocumentFailure, eachDocument, requireDocumentId } from './each-document.ts';
import { NEEDED } from './operator.ts';

export const cancelCommand: DocumentsCommand = {
  command: newCommand(
    'cancel',
    'Ends documents that wait or are worked on as FAILED, for the reason cancelled. A running attempt stops within 15 s. Repeating ' +
      'it is safe. Exit code: 0 when all are cancelled, 1 when not, 2 for a mistake in the call.',
  )
    .usage('ID… [options]')
    .argument('<ID...>')
    .option('--json', 'print one line of JSON for each document: document, documentId, status, epoch, reason'),
  needed: NEEDED.reading,

  async run(ids, { json = false }: { json?: boolean }, { operator, report, signal }) {
    await eachDocument(ids, { report, signal, json, total: ids.length }, async (id) => {
      requireDocumentId(id);
      const document = await cancelDocument(id, { ...operator, signal });
      if (document.error?.reason === 'cancelled') return document;
      throw new DocumentFailure(`it is ${document.status} already, and stays so`);
    });
    return report.failures > 0 ? 1 : 0;
  },
};
