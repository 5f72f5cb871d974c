import { RESULT_PARTS, type ResultPart, readResultPart, resultOf } from '../../handler/document-result.ts';
import { newCommand, UsageError } from '../command-line.ts';
import { filePath } from '../option-values.ts';
import { ResultsFolder } from '../results-folder.ts';
import type { DocumentsCommand } from './documents-command.ts';
import { eachDocument, requireDocumentId } from './each-document.ts';
import { NEEDED } from './operator.ts';

/** What each part of a document's result is called: its id, and one of these. */
const ENDINGS: Readonly<Record<ResultPart, string>> = { markdown: '.md', metadata: '.json', fields: '.fields.json' };

export const resultCommand: DocumentsCommand = {
  command: newCommand(
    'result',
    'Fetches what became of COMPLETED documents: prints the Markdown of one, or writes Markdown, metadata and fields of several ' +
      'into a folder, as ID.md, ID.json and ID.fields.json. Exit code: 0 when all were fetched, 1 when not, 2 for a mistake in the ' +
      'call.',
  )
    .usage('ID… [options]')
    .argument('<ID...>')
    .option('--to <DIR>', 'the folder to write into', filePath('--to')),
  needed: NEEDED.reading,

  async run(ids, { to }: { to?: string }, { operator, report, signal }) {
    if (to === undefined && ids.length > 1) {
      throw new UsageError('Into which folder? The results of several documents need --to DIR.');
    }
    using folder = to === undefined ? undefined : ResultsFolder.take(to, '--to');
    const reading = { ...operator, signal };
    await eachDocument([...new Set(ids)], { report, signal, json: false, total: ids.length }, async (id) => {
      requireDocumentId(id);
      const result = await resultOf(id, reading);
      for (const part of folder ? RESULT_PARTS : (['markdown'] as const)) {
        const bytes = await readResultPart(result, part, reading);
        if (bytes === undefined) continue;
        report.result(folder ? await folder.write(id + ENDINGS[part], bytes) : Buffer.from(bytes).toString().trimEnd());
      }
      return undefined;
    });
    return report.failures > 0 ? 1 : 0;
  },
};
