import type { DocumentRecord } from '../../handler/document-record.ts';
import { documentIds } from '../../handler/record-store.ts';
import { newCommand } from '../command-line.ts';
import { oneOf } from '../option-values.ts';
import { printable } from '../terminal-text.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { eachDocument } from './each-document.ts';
import { NEEDED } from './operator.ts';

const STATUSES: readonly DocumentRecord['status'][] = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'];

const HEADING = `${'ID'.padEnd(32)}  ${'STATUS'.padEnd(10)}  ATTEMPTS  ${'CHANGED'.padEnd(24)}  DOCUMENT`;

interface ListOptions {
  readonly status?: DocumentRecord['status'];
  readonly json?: boolean;
}

export const listCommand: DocumentsCommand = {
  command: newCommand(
    'list',
    'Lists the documents that have a record, with status, attempts, the time of the last change, and why they failed. They come ' +
      'by their ids, as they are stored: millions need no memory. The latest changes first: npm run -s documents -- list | sort ' +
      '-rk4,4\nExit code: 0 when all were read, 1 when not, 2 for a mistake in the call.',
  )
    .option('--status <STATUS>', `only these: ${STATUSES.join(', ')}`, oneOf('--status', STATUSES))
    .option('--json', "print one line of JSON for each document: its record, as 'show' has it"),
  needed: NEEDED.reading,

  async run(_words, { status, json = false }: ListOptions, { operator, report, signal }) {
    let listed = 0;
    const ids = documentIds(operator.store, operator.resultsBucket, signal);
    await eachDocument(ids, { report, signal, json }, async (id) => {
      const stored = await operator.records.read(id, signal);
      if (stored === undefined || (status !== undefined && stored.record.status !== status)) return undefined;
      if (listed++ === 0 && !json) report.result(HEADING);
      report.result(json ? JSON.stringify(stored.record) : textLine(stored.record));
      return undefined;
    });
    if (listed === 0 && !json) report.note(status ? `No document is ${status}.` : 'There are no documents.');
    return report.failures > 0 ? 1 : 0;
  },
};

function textLine({ documentId, status, attempts, updatedAt, filename, error }: DocumentRecord): string {
  const columns = [documentId.padEnd(32), status.padEnd(10), String(attempts).padStart(8), updatedAt.padEnd(24)];
  const reason = error ? `  ${error.reason}: ${error.message}` : '';
  return `${columns.join('  ')}  ${printable(filename + reason)}`;
}
