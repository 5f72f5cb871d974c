/**
 * Compares the candidates for the local converter on the documents of `documents.json`, each in a process of its own:
 *
 *     node bench/documents/compare.ts FOLDER [--verbose]
 *
 * The folder holds the candidates (`npm install`) and the documents' packages, unpacked; the README here says how. What is not in it
 * is left out.
 */
import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { textTable } from '../../cli/terminal-text.ts';
import { median } from '../median.ts';
import { PROJECT } from '../node-process.ts';
import list from './documents.json' with { type: 'json' };
import { type Expectation, type Score, scoreOf } from './score.ts';

const CANDIDATES: Readonly<Record<string, readonly string[]>> = {
  '.pdf': ['this project', 'liteparse', 'officeparser', 'pdf2md', 'unpdf'],
  '.docx': ['this project', 'mammoth', 'officeparser'],
  '.pptx': ['this project', 'officeparser'],
  '.xlsx': ['this project', 'officeparser', 'SheetJS xlsx', 'exceljs', 'read-excel-file'],
  '.csv': ['this project', 'officeparser'],
};
const KINDS = ['headings', 'rows', 'items', 'passages'] as const;

interface Outcome {
  readonly markdown?: string;
  readonly milliseconds?: number;
  readonly megabytes?: number;
  readonly failure?: string;
}

const [folder, verbose] = process.argv.slice(2);
if (folder === undefined) {
  console.error('The folder of the candidates is missing: node bench/documents/compare.ts FOLDER');
  process.exit(2);
}

const documents = list.flatMap((document) => {
  const file = path.resolve(document.file.startsWith('samples/') ? PROJECT : folder, document.file);
  if (existsSync(file)) return [{ ...(document as Expectation), file }];
  console.error(`${document.file} is not there; it is left out.`);
  return [];
});

const rows: string[][] = [];
for (const [extension, candidates] of Object.entries(CANDIDATES)) {
  const ofType = documents.filter(({ file }) => path.extname(file) === extension);
  for (const candidate of candidates) {
    const outcomes = ofType.map(({ file }) => convert(candidate, file));
    const scores = ofType.map((expected, i) => scoreOf(outcomes[i]?.markdown ?? '', expected));
    if (verbose) complain(candidate, ofType, outcomes, scores);
    const share = (kind: (typeof KINDS)[number]) => {
      const expected = ofType.reduce((sum, document) => sum + document[kind].length, 0);
      return `${scores.reduce((sum, score) => sum + score[kind], 0)}/${expected}`;
    };
    const middle = (values: (number | undefined)[]) => median(values.filter((value) => value !== undefined)).toFixed(0);
    const failures = outcomes.filter(({ failure }) => failure !== undefined).length;
    rows.push([
      extension.slice(1),
      candidate,
      ...KINDS.map(share),
      ...(failures === outcomes.length
        ? ['', '']
        : [
            middle(outcomes.map(({ milliseconds }) => milliseconds)),
            middle(outcomes.map(({ megabytes }) => megabytes)),
          ]),
      failures === 0 ? '' : `${failures} failed`,
    ]);
  }
}
const headings = ['Type', 'Candidate', 'Headings', 'Rows', 'Items', 'Passages', 'ms', 'Peak MB', ''];
console.log(textTable(headings, rows, new Set([2, 3, 4, 5, 6, 7])));

function convert(candidate: string, file: string): Outcome {
  const words = ['--no-warnings', path.join(import.meta.dirname, 'candidates.mjs'), candidate, file, folder as string];
  const output = execFileSync(process.execPath, words, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  return JSON.parse(output.slice(output.lastIndexOf('\n{"') + 1)) as Outcome;
}

function complain(
  candidate: string,
  expectations: readonly (Expectation & { file: string })[],
  outcomes: readonly Outcome[],
  scores: readonly Score[],
): void {
  expectations.forEach(({ file }, i) => {
    const { missed } = scores[i] as Score;
    for (const what of outcomes[i]?.failure ? [outcomes[i].failure] : missed) {
      console.error(`${candidate}: ${path.basename(file)}: ${what}`);
    }
  });
}
