import type { DocumentRecord } from '../../handler/document-record.ts';
import { documentIds } from '../../handler/record-store.ts';
import { type Command, oneOf, type ParsedCommand } from '../command-line.ts';
import { printable } from '../printable.ts';
import { eachDocument } from './each-document.ts';
import type { Operator } from './operator.ts';
import type { Report } from './report.ts';

const STATUSES: readonly DocumentRecord['status'][] = ['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED'];

export const listCommand: Command = {
  usage: 'npm run documents -- list [options]',
  summary:
    'Lists the documents that have a record, with status, attempts, the time of the last change, and why they failed. They come by\n' +
    'their ids, as they are stored: millions need no memory. The latest changes first: npm run -s documents -- list | sort -rk4,4\n' +
    'Exit code: 0 when all were read, 1 when not, 2 for a mistake in the call.',
  options: {
    status: { type: 'string', value: 'STATUS', help: `only these: ${STATUSES.join(', ')}` },
    json: { type: 'boolean', help: "print one line of JSON for each document: its record, as 'show' has it" },
  },
  takesFiles: false,
};

const HEADING = `${'ID'.padEnd(32)}  ${'STATUS'.padEnd(10)}  ATTEMPTS  ${'CHANGED'.padEnd(24)}  DOCUMENT`;

/** @returns the exit code */
export async function listDocuments(
  { options }: ParsedCommand,
  operator: Operator,
  report: Report,
  signal: AbortSignal,
): Promise<number> {
  const json = options.json === true;
  const status = options.status === undefined ? undefined : oneOf(STATUSES, '--status', options.status);
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
  return report.counts.failures > 0 ? 1 : 0;
}

function textLine({ documentId, status, attempts, updatedAt, filename, error }: DocumentRecord): string {
  const columns = [documentId.padEnd(32), status.padEnd(10), String(attempts).padStart(8), updatedAt.padEnd(24)];
  const reason = error ? `  ${error.reason}: ${error.message}` : '';
  return `${columns.join('  ')}  ${printable(filename + reason)}`;
}
