import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { millisecondsOfNode, type NodeOptions, PROJECT } from './node-process.ts';

/** The app run as `cdktf.json` has cdktf run it, compile cache included, into a folder of its own. */
export interface AppSynth extends NodeOptions {
  /** What Node is given: `main.ts`, and options before it. */
  readonly words: readonly string[];
  /** Takes the output, and the compile cache that the app keeps between runs: the round that warms up fills it. */
  readonly folder: string;
}

/**
 * What cdktf gives Node to run the app.
 *
 * @throws Error when cdktf.json no longer ends in a run of main.ts
 */
export async function wordsOfApp(): Promise<readonly string[]> {
  const { app } = JSON.parse(await readFile(path.join(PROJECT, 'cdktf.json'), 'utf8'));
  const [, words] = / node ((?:--\S+ )*main\.ts)$/.exec(app) ?? [];
  if (words === undefined) throw new Error(`cdktf.json must run the app as 'node main.ts' at last; it runs '${app}'.`);
  return words.split(' ');
}

/**
 * @returns milliseconds of the whole process
 * @throws Error with what the app complained about
 */
export function millisecondsOfSynth({ words, folder, environment, ...options }: AppSynth): Promise<number> {
  const NODE_COMPILE_CACHE = path.join(folder, 'compile-cache');
  const own = { GCP_PROJECT_ID: 'local-project', CDKTF_OUTDIR: outputOf(folder), NODE_COMPILE_CACHE };
  return millisecondsOfNode(words, { ...options, environment: { ...own, ...environment } });
}

/**
 * The Terraform JSON that was synthesised into the folder, without the backend, which holds the place it was made at.
 *
 * @throws when there is none
 */
export async function synthesisedInto(folder: string): Promise<unknown> {
  const manifest = JSON.parse(await readFile(path.join(outputOf(folder), 'manifest.json'), 'utf8')) as Manifest;
  const stacks = Object.values(manifest.stacks).map(async ({ synthesizedStackPath }) => {
    const { terraform, ...rest } = JSON.parse(
      await readFile(path.join(outputOf(folder), synthesizedStackPath), 'utf8'),
    );
    return { ...rest, terraform: { ...terraform, backend: undefined } };
  });
  return Promise.all(stacks);
}

interface Manifest {
  readonly stacks: Record<string, { readonly synthesizedStackPath: string }>;
}

function outputOf(folder: string): string {
  return path.join(folder, 'cdktf.out');
}
