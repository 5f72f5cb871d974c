import type { DocumentStatus } from '../../state/document-state.ts';
import type { DocumentView } from '../../state/document-view.ts';
import { newCommand } from '../command-line.ts';
import { oneOf } from '../option-values.ts';
import { printable } from '../terminal-text.ts';
import { allDocuments } from './all-documents.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { eachDocument } from './each-document.ts';
import { NEEDED } from './operator.ts';

const STATUSES: readonly DocumentStatus[] = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'];

const HEADING = `${'ID'.padEnd(32)}  ${'STATUS'.padEnd(10)}  ATTEMPTS  ${'CHANGED'.padEnd(24)}  DOCUMENT`;

interface ListOptions {
  readonly status?: DocumentStatus;
  readonly json?: boolean;
}

export const listCommand: DocumentsCommand = {
  command: newCommand(
    'list',
    'Lists the documents, with status, attempts, the time of the last change, and why they failed. They come by a hash of their ' +
      'ids, as they are stored: millions need no memory. The latest changes first: npm run -s documents -- list | sort -rk4,4\n' +
      'Only lists are read, of a thousand objects each, for 0.005 USD a thousand: of 1,000,000 documents about 2,100 for those ' +
      'that are COMPLETED or FAILED (0.011 USD), and 3,200 for all (0.016 USD).\n' +
      'Exit code: 0 when all were read, 1 when not, 2 for a mistake in the call.',
  )
    .option('--status <STATUS>', `only these: ${STATUSES.join(', ')}`, oneOf('--status', STATUSES))
    .option('--json', "print one line of JSON for each document, as 'show' has it"),
  needed: NEEDED.reading,

  async run(_words, { status, json = false }: ListOptions, { operator, report, signal }) {
    let listed = 0;
    // Who has an outcome is known without the leases.
    const withLeases = status !== 'COMPLETED' && status !== 'FAILED';
    await eachDocument(allDocuments(operator, withLeases, signal), { report, signal, json }, async ({ view }) => {
      const document = view();
      if (document === undefined || (status !== undefined && document.status !== status)) return undefined;
      if (listed++ === 0 && !json) report.result(HEADING);
      report.result(json ? JSON.stringify(document) : textLine(document));
      return undefined;
    });
    if (listed === 0 && !json) report.note(status ? `No document is ${status}.` : 'There are no documents.');
    return report.failures > 0 ? 1 : 0;
  },
};

function textLine({ documentId, status, attempts, updatedAt, filename, error }: DocumentView): string {
  const columns = [documentId.padEnd(32), status.padEnd(10), String(attempts).padStart(8), updatedAt.padEnd(24)];
  const reason = error ? `  ${error.reason}: ${error.message}` : '';
  return `${columns.join('  ')}  ${printable(filename + reason)}`;
}
