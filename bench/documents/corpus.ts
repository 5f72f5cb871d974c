/**
 * Scores this project, and markitdown where it is named, on a corpus with expected Markdown: files `NAME` whose expectation is
 * `NAME.md` in a folder `groundtruth` beside theirs, as docling's `tests/data` has them.
 *
 *     node bench/documents/corpus.ts DIRECTORY [--peer PYTHON] [--worst 10]
 *
 * The peer is a Python that has markitdown installed (`pip install markitdown[all]`). A format's second line, with a star, leaves out the
 * files of `wrong-truths.json`, whose expectation is not what the document says.
 */
import { execFileSync } from 'node:child_process';
import { existsSync, globSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { textTable } from '../../cli/terminal-text.ts';
import { convertByType } from '../../documents/conversion/convert-by-type.ts';
import { DEFAULT_LIMITS } from '../../documents/conversion/limits.ts';
import { median } from '../median.ts';
import { scoreText, type TextScore } from './text-score.ts';

const WRONG_TRUTHS = JSON.parse(readFileSync(new URL('wrong-truths.json', import.meta.url), 'utf8')) as Record<
  string,
  string
>;
const FORMATS = ['pdf', 'docx', 'pptx', 'xlsx', 'html', 'md', 'csv'];

/** Converts the files of its standard input, a path a line, and prints an array of `[markdown, milliseconds]`. */
const MARKITDOWN = `
import json, sys, time, warnings
warnings.simplefilter('ignore')
from markitdown import MarkItDown
converter, answers = MarkItDown(), []
for file in sys.stdin.read().split('\\n'):
    for _ in range(2):
        started = time.perf_counter()
        try: markdown = converter.convert(file).text_content
        except Exception: markdown = ''
        milliseconds = (time.perf_counter() - started) * 1000
    answers.append([markdown, milliseconds])
print(json.dumps(answers))
`;

interface Answer {
  readonly markdown: string;
  readonly milliseconds: number;
}

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { peer: { type: 'string' }, worst: { type: 'string', default: '10' } },
});
const [directory] = positionals;
if (directory === undefined) {
  console.error('The directory of the corpus is missing: node bench/documents/corpus.ts DIRECTORY');
  process.exit(2);
}

const files = globSync('**/*', { cwd: directory })
  .map((file) => path.join(directory, file))
  .flatMap((file) => {
    const [folder, name] = [path.dirname(file), path.basename(file)];
    const truths = [name, path.parse(name).name].flatMap((stem) =>
      ['groundtruth', '../groundtruth'].map((truth) => path.join(folder, truth, `${stem}.md`)),
    );
    const truth = folder.endsWith('groundtruth') ? undefined : truths.find((candidate) => existsSync(candidate));
    return truth ? [{ file, format: path.extname(name).slice(1), expected: readFileSync(truth, 'utf8') }] : [];
  });

const rows: string[][] = [];
for (const format of FORMATS) {
  const ofFormat = files.filter((file) => file.format === format);
  if (ofFormat.length === 0) continue;
  const ours: Answer[] = [];
  for (const { file } of ofFormat) ours.push(await convert(file));
  report('this project', format, ofFormat, ours);
  if (values.peer !== undefined) report('markitdown', format, ofFormat, askPeer(values.peer, ofFormat));
}
const headings = ['Format', 'Files', 'Converter', 'Words F1', 'Order', 'Cells F1', 'ms'];
console.log(textTable(headings, rows, new Set([1, 3, 4, 5, 6])));

/** The second of two times: the first loads what the format needs. */
async function convert(file: string): Promise<Answer> {
  const source = { bytes: readFileSync(file), filename: path.basename(file) };
  let markdown = '';
  let started = 0;
  for (let time = 0; time < 2; time++) {
    started = performance.now();
    markdown = await convertByType(source, 'auto', DEFAULT_LIMITS).then(
      (conversion) => conversion.markdown,
      () => '',
    );
  }
  return { markdown, milliseconds: performance.now() - started };
}

function askPeer(python: string, ofFormat: readonly { readonly file: string }[]): Answer[] {
  const input = ofFormat.map(({ file }) => path.resolve(file)).join('\n');
  const output = execFileSync(python, ['-c', MARKITDOWN], {
    input,
    encoding: 'utf8',
    maxBuffer: 2 ** 30,
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const answers = JSON.parse(output) as [string, number][];
  return answers.map(([markdown, milliseconds]) => ({ markdown, milliseconds }));
}

function report(
  converter: string,
  format: string,
  ofFormat: readonly { readonly file: string; readonly expected: string }[],
  answers: readonly Answer[],
): void {
  const scores = answers.map(({ markdown }, i) => scoreText(markdown, ofFormat[i]?.expected ?? ''));
  const isRight = ofFormat.map(({ file }) => !(path.basename(file) in WRONG_TRUTHS));
  rows.push(rowOf(format, converter, scores, answers));
  if (isRight.includes(false)) {
    const right = <T>(_: T, i: number) => isRight[i] ?? true;
    rows.push(rowOf(`${format}*`, converter, scores.filter(right), answers.filter(right)));
  }
  if (converter !== 'this project') return;
  const worst = scores.map((score, i) => ({ score, name: path.basename(ofFormat[i]?.file ?? '') }));
  worst.sort((a, b) => lowest(a.score) - lowest(b.score));
  for (const { score, name } of worst.slice(0, Number(values.worst))) {
    const shares = [score.words, score.order, score.cells].map((share) => share?.toFixed(2) ?? '–').join(' ');
    console.log(`${format}: ${shares}  ${name}`);
  }
}

function rowOf(format: string, converter: string, scores: readonly TextScore[], answers: readonly Answer[]): string[] {
  const mean = (kind: keyof TextScore) => {
    const known = scores.flatMap((score) => score[kind] ?? []);
    return known.length === 0 ? '' : (known.reduce((sum, share) => sum + share, 0) / known.length).toFixed(3);
  };
  const time = median(answers.map(({ milliseconds }) => milliseconds)).toFixed(1);
  return [format, String(scores.length), converter, mean('words'), mean('order'), mean('cells'), time];
}

function lowest({ words, order = 1, cells = 1 }: TextScore): number {
  return Math.min(words, order, cells);
}
