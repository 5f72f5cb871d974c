import { execFile } from 'node:child_process';
import { promisify } from 'node:util';

/** Terraform or a provider is not to be had on this machine. */
export class TerraformMissingError extends Error {
  override readonly name = 'TerraformMissingError';
}

export interface TerraformOptions {
  /** What to run: `terraform`, or another program that takes the same commands. */
  readonly program: string;
  /** Existing folder that keeps the providers, so that each is downloaded once. */
  readonly cacheFolder: string;
  readonly signal: AbortSignal;
}

/** What became of a program: `failure` says why it did not end with 0. */
interface Ended {
  readonly output: string;
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
    const init = await this.#run(['init', '-backend=false', '-input=false', '-no-color'], stackFolder);
    if (init.failure !== undefined) {
      const missing = missingProvider(init.output);
      if (missing === undefined) return init.output || init.failure;
      throw new TerraformMissingError(
        `${missing}. Run it where the registry is in reach, or name a mirror in Terraform's own configuration.`,
      );
    }
    const { failure, output } = await this.#run(['validate', '-no-color'], stackFolder);
    return failure === undefined ? '' : output || failure;
  }

  async #run(words: readonly string[], cwd: string): Promise<Ended> {
    const { program, cacheFolder, signal } = this.#options;
    const env = {
      TF_PLUGIN_CACHE_DIR: cacheFolder,
      // Each stack is new and has no lock file; without this Terraform downloads the provider for each of them.
      TF_PLUGIN_CACHE_MAY_BREAK_DEPENDENCY_LOCK_FILE: 'true',
      ...process.env,
    };
    try {
      const { stdout } = await promisify(execFile)(program, words, { cwd, signal, env });
      return { output: stdout.trim() };
    } catch (error) {
      signal.throwIfAborted();
      const { stdout, stderr, code, message } = error as Error & { stdout?: string; stderr?: string; code?: unknown };
      const failure = code === 'ENOENT' ? 'is not there' : typeof code === 'number' ? `ended with ${code}` : message;
      return { output: `${stderr ?? ''}\n${stdout ?? ''}`.trim(), failure };
    }
  }
}

/** Terraform's reason why it could not download a provider, in one line; undefined when it complained about something else. */
function missingProvider(output: string): string | undefined {
  const [, paragraph] =
    /Failed to (?:query available|install) provider.*\n\s*\n([\s\S]*?)(?:\n\s*\n|$)/.exec(output) ?? [];
  // What follows the second colon are details of the connection.
  return paragraph?.replaceAll(/\s+/g, ' ').trim().split(': ').slice(0, 2).join(': ');
}
