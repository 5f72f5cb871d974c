import { traceLinks } from '../../google/trace-context.ts';
import type { DocumentView } from '../../state/document-view.ts';
import type { DocumentResult } from '../../state/state-objects.ts';
import { newCommand } from '../command-line.ts';
import { numberForPeople } from '../progress.ts';
import { printable } from '../terminal-text.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { DocumentFailure, eachDocument, requireDocumentId } from './each-document.ts';
import { NEEDED } from './operator.ts';

export const showCommand: DocumentsCommand = {
  command: newCommand(
    'show',
    'Shows all that is known of documents: status, source, attempts, result or error, and what there was before a replay.\n' +
      'Exit code: 0 when all were found, 1 when not, 2 for a mistake in the call.',
  )
    .usage('ID… [options]')
    .argument('<ID...>')
    .option('--json', 'print one line of JSON for each document'),
  needed: NEEDED.reading,

  async run(ids, { json = false }: { json?: boolean }, { operator, report, signal }) {
    // One after the other, as they were asked for.
    await eachDocument(ids, { report, signal, json, total: ids.length, atOnce: 1 }, async (id) => {
      requireDocumentId(id);
      const document = await operator.states.view(id, operator.clock.now(), signal);
      if (document === undefined) throw new DocumentFailure(`There is no document ${id}.`);
      report.result(json ? JSON.stringify(document) : textOf(document, operator.settings.projectId));
      return undefined;
    });
    return report.failures > 0 ? 1 : 0;
  },
};

function costOf({ model, tokens, estimatedCostUsd }: NonNullable<DocumentResult['extraction']>): string {
  return `${model}, ${numberForPeople(tokens.input)} tokens in, ${numberForPeople(tokens.output)} out, about ${estimatedCostUsd} USD`;
}

function textOf(document: DocumentView, projectId: string): string {
  const { documentId, status, filename, sourceUri, generation, method, ocr, lease, result, error } = document;
  const links = document.traceparent && projectId ? traceLinks(projectId, document.traceparent) : undefined;
  const fields: [name: string, value: string | undefined][] = [
    ['filename', filename],
    ['source', `${sourceUri}#${generation}`],
    ['options', `method ${method}, ocr ${ocr}`],
    ['epoch', String(document.epoch)],
    ['attempts', String(document.attempts)],
    ['since', document.createdAt],
    ['changed', document.updatedAt],
    ['lease', lease && `${lease.owner} until ${new Date(lease.expiresAt).toISOString()}`],
    ['error', error && `${error.reason}: ${error.message}`],
    ['markdown', result?.markdownUri],
    ['metadata', result?.metadataUri],
    ['partial', result?.partial && 'something is missing: the metadata say what'],
    ['fields', result?.fieldsUri],
    ['model', result?.extraction && costOf(result.extraction)],
    ['converted', document.converted?.markdownUri],
    ['trace', links?.trace],
    ['logs', links?.logs],
    ...(document.history ?? []).map((before): [string, string] => [
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
