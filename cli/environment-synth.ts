import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ENVIRONMENTS } from './environments.ts';

export type EnvironmentName = keyof typeof ENVIRONMENTS;

export const ENVIRONMENT_NAMES = Object.keys(ENVIRONMENTS) as EnvironmentName[];

/** What Terraform would be given. */
export interface EnvironmentSynth {
  /** Folder of the Terraform JSON and the assets beside it. */
  readonly stackFolder: string;
  /** The Terraform JSON. */
  readonly json: unknown;
}

/**
 * Synthesises an environment with `main.ts` in a process of its own, where no setting of the shell counts. The bundle must be
 * there already.
 *
 * @param outdir takes everything that is synthesised
 * @param nodeOptions what Node is given before `main.ts`. @default nothing
 * @throws Error with what `main.ts` complained about
 */
export async function synthesiseEnvironment(
  environment: EnvironmentName,
  outdir: string,
  { nodeOptions = [], signal }: { nodeOptions?: readonly string[]; signal: AbortSignal },
): Promise<EnvironmentSynth> {
  const env = { PATH: process.env.PATH, ...ENVIRONMENTS[environment], CDKTF_OUTDIR: outdir };
  const cwd = path.join(import.meta.dirname, '..');
  try {
    await promisify(execFile)(process.execPath, ['--no-warnings', ...nodeOptions, 'main.ts'], { cwd, env, signal });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(`${environment} could not be synthesised: ${stderr?.trim() || message}`);
  }
  const manifest = JSON.parse(await readFile(path.join(outdir, 'manifest.json'), 'utf8'));
  const [stack] = Object.values<{ synthesizedStackPath: string }>(manifest.stacks);
  if (stack === undefined) throw new Error(`${environment} was synthesised without a stack.`);
  const file = path.join(outdir, stack.synthesizedStackPath);
  return { stackFolder: path.dirname(file), json: JSON.parse(await readFile(file, 'utf8')) };
}
