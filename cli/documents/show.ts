import type { DocumentRecord, DocumentResult } from '../../handler/document-record.ts';
import { type Command, type ParsedCommand, UsageError } from '../command-line.ts';
import { printable } from '../printable.ts';
import { DocumentFailure, eachDocument, requireDocumentId } from './each-document.ts';
import type { Operator } from './operator.ts';
import { count, type Report } from './report.ts';

export const showCommand: Command = {
  usage: 'npm run documents -- show ID… [options]',
  summary:
    'Shows all that is known of documents: status, source, attempts, result or error, and what there was before a replay.\n' +
    'Exit code: 0 when all were found, 1 when not, 2 for a mistake in the call.',
  options: { json: { type: 'boolean', help: 'print one line of JSON for each document: its record' } },
  takesFiles: true,
};

/** @returns the exit code */
export async function showDocuments(
  { files: ids, options }: ParsedCommand,
  { records }: Pick<Operator, 'records'>,
  report: Report,
  signal: AbortSignal,
): Promise<number> {
  if (ids.length === 0) throw new UsageError('Which document? Try: npm run documents -- show ID');
  const json = options.json === true;
  // One after the other, as they were asked for.
  await eachDocument(ids, { report, signal, json, total: ids.length, atOnce: 1 }, async (id) => {
    requireDocumentId(id);
    const stored = await records.read(id, signal);
    if (stored === undefined) throw new DocumentFailure(`There is no document ${id}.`);
    report.result(json ? JSON.stringify(stored.record) : textOf(stored.record));
    return undefined;
  });
  return report.counts.failures > 0 ? 1 : 0;
}

function costOf({ model, tokens, estimatedCostUsd }: NonNullable<DocumentResult['extraction']>): string {
  return `${model}, ${count(tokens.input)} tokens in, ${count(tokens.output)} out, about ${estimatedCostUsd} USD`;
}

function textOf(record: DocumentRecord): string {
  const { documentId, status, filename, sourceUri, generation, method, ocr, lease, result, error } = record;
  const fields: [name: string, value: string | undefined][] = [
    ['filename', filename],
    ['source', `${sourceUri}#${generation}`],
    ['options', `method ${method}, ocr ${ocr}`],
    ['epoch', String(record.epoch)],
    ['attempts', String(record.attempts)],
    ['since', record.createdAt],
    ['changed', record.updatedAt],
    ['lease', lease && `${lease.owner} until ${new Date(lease.expiresAt).toISOString()}`],
    ['error', error && `${error.reason}: ${error.message}`],
    ['markdown', result?.markdownUri],
    ['metadata', result?.metadataUri],
    ['partial', result?.partial && 'something is missing: the metadata say what'],
    ['fields', result?.fieldsUri],
    ['model', result?.extraction && costOf(result.extraction)],
    ['converted', record.converted?.markdownUri],
    ...(record.history ?? []).map((before): [string, string] => [
      `epoch ${before.epoch}`,
      `attempts ${before.attempts}, ${before.createdAt} to ${before.updatedAt}` +
        (before.error ? `, ${before.error.reason}: ${before.error.message}` : ''),
    ]),
  ];
  const lines = fields.flatMap(([name, value]) =>
    value === undefined ? [] : [`  ${name.padEnd(9)} ${printable(value)}`],
  );
  return [`${documentId}  ${status}`, ...lines].join('\n');
}
