import { once } from 'node:events';
import { synthesiseForThisMachine } from '../cli/synthesise.ts';
import { startGoogle } from './enqueue.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { complaintsOf, endProcess, type NodeOptions, residentMegabytes, spawnNode } from './node-process.ts';

const DOCUMENTS = 100_000;
/**
 * Of which memory is the baseline: everything that is kept once is kept by then. They take longer than the 10 s for which Google's
 * client keeps each call, answered or not, by the timer of its deadline.
 */
const FEW = 30_000;
/** A sample takes minutes. */
const MAX_RUNS = 1;
const LOOK_MS = 100;
/** Left to itself V8 takes a gigabyte before it looks for what can go: here memory is what is kept. */
const LITTLE_HEAP = ['--max-old-space-size=256', '--max-semi-space-size=16'];

/**
 * `documents -- enqueue 'gs://…/**'` of a bucket that is full, against Google's client creating the same tasks and nothing else; and its
 * memory, against that for a third of the objects. Whole processes, each against a new local Google, whose paused queue keeps the tasks.
 */
export const backfill: Measurement = {
  name: 'backfill',
  async measure({ runs, signal }) {
    await using stack = await synthesiseForThisMachine({ environment: { PATH: process.env.PATH } });
    const sample = async (wordsFor: (prefix: string) => readonly string[]) => {
      await using google = await startGoogle(stack.stackFile, DOCUMENTS, signal);
      const { prefix, environment } = google;
      return await run(['--no-warnings', ...LITTLE_HEAP, ...wordsFor(prefix)], { environment, signal });
    };
    const enqueue = (...words: string[]) =>
      sample((prefix) => ['cli/documents.ts', 'enqueue', '--json', `${prefix}**`, ...words]);
    const taken = Math.min(runs, MAX_RUNS);
    const { documents, raw, few } = await interleave(taken, {
      documents: () => enqueue(),
      raw: () => sample((prefix) => ['bench/enqueue-raw.ts', prefix, String(DOCUMENTS)]),
      few: () => enqueue('--limit', String(FEW)),
    });
    const what = `documents -- enqueue of ${DOCUMENTS.toLocaleString('en')} by a pattern`;
    return [
      {
        what: `${what} (${taken} runs)`,
        baselineName: "the same tasks by Google's client",
        unit: 'ms',
        measured: median(documents.map(({ milliseconds }) => milliseconds)),
        baseline: median(raw.map(({ milliseconds }) => milliseconds)),
        // That is 0.9 of its rate.
        aim: { timesBaseline: 1 / 0.9 },
      },
      {
        what: `resident memory of ${what}, at most`,
        baselineName: `the same of ${FEW.toLocaleString('en')}`,
        unit: 'MB',
        measured: median(documents.map(({ megabytes }) => megabytes)),
        baseline: median(few.map(({ megabytes }) => megabytes)),
        aim: { timesBaseline: 1.25 },
      },
    ];
  },
};

/** Runs Node from its start to its end, and looks at its memory again and again. */
async function run(words: readonly string[], options: NodeOptions) {
  const started = performance.now();
  const child = spawnNode(words, options);
  const complaints = complaintsOf(child);
  let megabytes = 0;
  const look = async () => {
    // One that has ended has none.
    const now = await residentMegabytes(child.pid as number).catch(() => 0);
    if (now > megabytes) megabytes = now;
  };
  const looking = setInterval(look, LOOK_MS);
  try {
    const [code, signal] = await once(child, 'close');
    if (code !== 0)
      throw new Error(`node ${words.slice(0, 5).join(' ')} ended with ${code ?? signal}: ${complaints()}`);
    return { milliseconds: performance.now() - started, megabytes };
  } finally {
    clearInterval(looking);
    await endProcess(child);
  }
}
