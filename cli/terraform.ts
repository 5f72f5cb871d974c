import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';

/** Of one command: a plan of everything as JSON is below 1 MB. */
const MAX_OUTPUT_BYTES = 64 * 2 ** 20;

/** Terraform or a provider is not to be had on this machine. */
export class TerraformMissingError extends Error {
  override readonly name = 'TerraformMissingError';
}

interface TerraformOptions {
  /** What to run: `terraform`, or another program that takes the same commands. */
  readonly program: string;
  /** Existing folder that keeps the providers, so that each is downloaded once. @default none, nothing is downloaded */
  readonly cacheFolder?: string;
  readonly signal: AbortSignal;
  /** Variables beside those of this process. @default none */
  readonly environment?: Readonly<Record<string, string>>;
}

/** What Terraform would do with a resource. */
export interface PlannedChange {
  /** `google_storage_bucket.documents` */
  readonly address: string;
  readonly type: string;
  /** `no-op`, `create`, `read`, `update`, `delete`; to replace one are two of them. */
  readonly actions: readonly string[];
}

/** Terraform ended with an error. */
export class TerraformFailedError extends Error {
  override readonly name = 'TerraformFailedError';
}

/** What became of a program: `failure` says why it did not end with 0, `errors` what it said of that. */
interface Ended {
  readonly output: string;
  readonly errors?: string;
  readonly failure?: string;
}

/** The Terraform of this machine. */
export class Terraform {
  readonly #options: TerraformOptions;

  private constructor(options: TerraformOptions) {
    this.#options = options;
  }

  /** @throws TerraformMissingError when there is none */
  static async find(options: TerraformOptions): Promise<Terraform> {
    const terraform = new Terraform(options);
    const { failure } = await terraform.#run(['version'], '.');
    if (failure === undefined) return terraform;
    throw new TerraformMissingError(
      `${options.program} ${failure}. Install Terraform, or name another program in TERRAFORM_BINARY_NAME.`,
    );
  }

  /**
   * Checks a stack against the schemas of its providers, without its state and without an account.
   *
   * @returns what Terraform complained about; empty when the stack is valid
   * @throws TerraformMissingError when a provider cannot be downloaded
   */
  async validate(stackFolder: string): Promise<string> {
    const complaint = await this.#init(['-backend=false'], stackFolder);
    if (complaint !== '') return complaint;
    const { failure, output } = await this.#run(['validate', '-no-color'], stackFolder);
    return failure === undefined ? '' : output || failure;
  }

  /**
   * Makes a stack ready for {@link plan}, with its state in a file of its own.
   *
   * @throws TerraformMissingError when a provider cannot be downloaded
   * @throws TerraformFailedError
   */
  async init(stackFolder: string, stateFile: string): Promise<void> {
    const backend = { terraform: { backend: { local: { path: stateFile } } } };
    await writeFile(path.join(stackFolder, 'backend_override.tf.json'), JSON.stringify(backend));
    const complaint = await this.#init([], stackFolder);
    if (complaint !== '') throw new TerraformFailedError(complaint);
  }

  /**
   * What Terraform would change; {@link apply} then does exactly that.
   *
   * @throws TerraformFailedError
   */
  async plan(stackFolder: string): Promise<PlannedChange[]> {
    await this.#done(['plan', '-input=false', '-no-color', '-out=plan'], stackFolder);
    const { resource_changes: changes = [] } = JSON.parse(await this.#done(['show', '-json', 'plan'], stackFolder));
    return (changes as { address: string; type: string; change: { actions: string[] } }[])
      .map(({ address, type, change }) => ({ address, type, actions: change.actions }))
      .filter(({ actions }) => actions[0] !== 'no-op' && actions[0] !== 'read');
  }

  /** @throws TerraformFailedError */
  async apply(stackFolder: string): Promise<void> {
    await this.#done(['apply', '-input=false', '-no-color', 'plan'], stackFolder);
  }

  /** @throws TerraformFailedError */
  async destroy(stackFolder: string): Promise<void> {
    await this.#done(['destroy', '-input=false', '-no-color', '-auto-approve'], stackFolder);
  }

  /**
   * The outputs of what was applied, by their names; none where nothing was.
   *
   * @throws TerraformFailedError
   */
  async outputs(stackFolder: string): Promise<unknown> {
    return JSON.parse(await this.#done(['output', '-json', '-no-color'], stackFolder));
  }

  /** @returns what Terraform complained about; empty when nothing */
  async #init(options: readonly string[], stackFolder: string): Promise<string> {
    const { failure, output } = await this.#run(['init', ...options, '-input=false', '-no-color'], stackFolder);
    if (failure === undefined) return '';
    const missing = missingProvider(output);
    if (missing === undefined) return output || failure;
    throw new TerraformMissingError(
      `${missing}. Run it where the registry is in reach, or name a mirror in Terraform's own configuration.`,
    );
  }

  async #done(words: readonly string[], stackFolder: string): Promise<string> {
    const { failure, output, errors = '' } = await this.#run(words, stackFolder);
    if (failure !== undefined) throw new TerraformFailedError(`terraform ${words[0]} ${failure}: ${firstOf(errors)}`);
    return output;
  }

  async #run(words: readonly string[], cwd: string): Promise<Ended> {
    const { program, cacheFolder, signal } = this.#options;
    const env = {
      ...(cacheFolder !== undefined && { TF_PLUGIN_CACHE_DIR: cacheFolder }),
      // Each stack is new and has no lock file; without this Terraform downloads the provider for each of them.
      TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: 'true',
      ...process.env,
      ...this.#options.environment,
    };
    try {
      const { stdout } = await promisify(execFile)(program, words, { cwd, signal, env, maxBuffer: MAX_OUTPUT_BYTES });
      return { output: stdout.trim() };
    } catch (error) {
      signal.throwIfAborted();
      const { stdout, stderr, code, message } = error as Error & { stdout?: string; stderr?: string; code?: unknown };
      const failure = code === 'ENOENT' ? 'is not there' : typeof code === 'number' ? `ended with ${code}` : message;
      return { output: `${stderr ?? ''}\n${stdout ?? ''}`.trim(), errors: stderr ?? '', failure };
    }
  }
}

/** The first of several errors, in a line: Terraform leaves two lines empty between them, and may have warned before. */
function firstOf(errors: string): string {
  const [first = ''] = errors.slice(Math.max(0, errors.indexOf('Error: '))).split('\n\n\n');
  return first.replaceAll(/\s+/g, ' ').trim();
}

/** Terraform's reason why it could not download a provider, in one line; undefined when it complained about something else. */
function missingProvider(output: string): string | undefined {
  const [, paragraph] =
    /Failed to (?:query available|install) provider.*\n\s*\n([\s\S]*?)(?:\n\s*\n|$)/.exec(output) ?? [];
  // What follows the second colon are details of the connection.
  return paragraph?.replaceAll(/\s+/g, ' ').trim().split(': ').slice(0, 2).join(': ');
}
