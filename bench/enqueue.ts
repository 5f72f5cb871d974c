import { fork } from 'node:child_process';
import { once } from 'node:events';
import path from 'node:path';
import { synthesiseForThisMachine } from '../cli/synthesise.ts';
import { interleave } from './interleave.ts';
import type { Measurement } from './measurement.ts';
import { median } from './median.ts';
import { complaintsOf, millisecondsOfNode, PROJECT } from './node-process.ts';

const DOCUMENTS = 10_000;
/** A sample takes up to a minute: three of each kind show whether they agree. */
const MAX_RUNS = 3;

/** The first message of `enqueue-google.ts`. */
export interface EnqueueGoogle {
  /** How the documents that are there are named, up to `documentUri`'s number. */
  readonly prefix: string;
  /** Variables that point clients at it, and the service's own. */
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * `documents -- enqueue` of documents that are in their bucket, against Google's client creating the same tasks and nothing else.
 * Whole processes, each against a new local Google of its own, whose paused queue keeps the tasks.
 */
export const enqueue: Measurement = {
  name: 'enqueue',
  async measure({ runs, signal }) {
    await using stack = await synthesiseForThisMachine({ environment: { PATH: process.env.PATH } });
    const sample = async (wordsFor: (prefix: string) => readonly string[]) => {
      await using google = await startGoogle(stack.stackFile, DOCUMENTS, signal);
      const { prefix, environment } = google;
      return await millisecondsOfNode(['--no-warnings', ...wordsFor(prefix)], { environment, signal });
    };
    const taken = Math.min(runs, MAX_RUNS);
    const numbers = Array.from({ length: DOCUMENTS }, (_, number) => number);
    const { documents, raw } = await interleave(taken, {
      documents: () =>
        sample((prefix) => [
          'cli/documents.ts',
          'enqueue',
          '--json',
          ...numbers.map((number) => documentUri(prefix, number)),
        ]),
      raw: () => sample((prefix) => ['bench/enqueue-raw.ts', prefix, String(DOCUMENTS)]),
    });
    return [
      {
        what: `documents -- enqueue of ${DOCUMENTS.toLocaleString('en')} (${taken} runs)`,
        baselineName: "the same tasks by Google's client",
        unit: 'ms',
        measured: median(documents),
        baseline: median(raw),
        // That is 0.95 of its rate.
        aim: { timesBaseline: 1.05 },
      },
    ];
  },
};

/** What the bench's documents are named. */
export function documentUri(prefix: string, number: number): string {
  return `${prefix}document-${number}.txt`;
}

/** Starts a local Google in a process of its own, with so many documents in its bucket. */
export async function startGoogle(
  stackFile: string,
  documents: number,
  signal: AbortSignal,
): Promise<EnqueueGoogle & AsyncDisposable> {
  const child = fork(path.join(import.meta.dirname, 'enqueue-google.ts'), [stackFile, String(documents)], {
    cwd: PROJECT,
    env: { PATH: process.env.PATH },
    execArgv: ['--no-warnings'],
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    killSignal: 'SIGKILL',
    signal,
  });
  const complaints = complaintsOf(child);
  const ended = once(child, 'exit').then(([code, by]) => {
    throw new Error(`The local Google of the measurement ended with ${code ?? by}: ${complaints()}`);
  });
  ended.catch(() => {});
  const [google] = (await Promise.race([once(child, 'message', { signal }), ended])) as [EnqueueGoogle];
  return {
    ...google,
    // Without its parent it ends, and what it started with it.
    async [Symbol.asyncDispose]() {
      if (child.connected) child.disconnect();
      await ended.catch(() => {});
    },
  };
}
