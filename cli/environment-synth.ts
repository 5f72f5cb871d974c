import { execFile } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { ENVIRONMENTS } from './environments.ts';

type EnvironmentName = keyof typeof ENVIRONMENTS;

export const ENVIRONMENT_NAMES = Object.keys(ENVIRONMENTS) as EnvironmentName[];

/** What Terraform would be given. */
interface EnvironmentSynth {
  /** Folder of the Terraform JSON and the assets beside it. */
  readonly stackFolder: string;
  /** The Terraform JSON. */
  readonly json: unknown;
}

/**
 * Synthesises an environment of `cli/environments.ts` as {@link synthesiseWith} does.
 *
 * @throws Error with what `main.ts` complained about
 */
export async function synthesiseEnvironment(
  environment: EnvironmentName,
  outdir: string,
  options: SynthOptions,
): Promise<EnvironmentSynth> {
  try {
    return await synthesiseWith(ENVIRONMENTS[environment], outdir, options);
  } catch (error) {
    throw new Error(`${environment} could not be synthesised: ${(error as Error).message}`);
  }
}

interface SynthOptions {
  /** What Node is given before `main.ts`. @default nothing */
  readonly nodeOptions?: readonly string[];
  readonly signal: AbortSignal;
}

/**
 * Synthesises what the variables say with `main.ts` in a process of its own, where no setting of the shell counts. The bundle must be
 * there already.
 *
 * @param outdir takes everything that is synthesised
 * @throws Error with what `main.ts` complained about
 */
export async function synthesiseWith(
  variables: Readonly<Record<string, string>>,
  outdir: string,
  { nodeOptions = [], signal }: SynthOptions,
): Promise<EnvironmentSynth> {
  const env = { PATH: process.env.PATH, ...variables, CDKTF_OUTDIR: outdir };
  const cwd = path.join(import.meta.dirname, '..');
  try {
    await promisify(execFile)(process.execPath, ['--no-warnings', ...nodeOptions, 'main.ts'], { cwd, env, signal });
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    throw new Error(stderr?.trim() || message);
  }
  const manifest = JSON.parse(await readFile(path.join(outdir, 'manifest.json'), 'utf8'));
  const [stack] = Object.values<{ synthesizedStackPath: string }>(manifest.stacks);
  if (stack === undefined) throw new Error('main.ts synthesised no stack.');
  const file = path.join(outdir, stack.synthesizedStackPath);
  return { stackFolder: path.dirname(file), json: JSON.parse(await readFile(file, 'utf8')) };
}
