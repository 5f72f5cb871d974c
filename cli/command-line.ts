import { parseArgs } from 'node:util';

/** A mistake of the person at the keyboard: one clear line, exit code 2, no stack trace. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

interface OptionHelp {
  readonly type: 'boolean' | 'string';
  readonly help: string;
  /** What stands for a value in the help. */
  readonly value?: string;
  /** Whether it may come several times: then its values are in `lists`. @default false */
  readonly multiple?: boolean;
}

export interface Command {
  /** How it is called: `npm start -- [FILE…]`. */
  readonly usage: string;
  readonly summary: string;
  readonly options: Readonly<Record<string, OptionHelp>>;
  readonly takesFiles: boolean;
}

export interface ParsedCommand {
  readonly files: readonly string[];
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  /** Values of the options that may come several times, in the order they came. */
  readonly lists: Readonly<Record<string, readonly string[]>>;
}

/** What a command does, to its exit code. */
export type Main = (parsed: ParsedCommand, signal: AbortSignal) => Promise<number>;

/**
 * Parses the words after `--`.
 *
 * @throws UsageError for a word that the command does not know
 */
export function parseCommand(command: Command, words: readonly string[]): ParsedCommand {
  const options = { ...command.options, help: HELP };
  try {
    const { values, positionals } = parseArgs({ args: [...words], options, allowPositionals: command.takesFiles });
    const given = Object.entries(values);
    return {
      files: positionals,
      options: Object.fromEntries(given.filter(([, value]) => !Array.isArray(value))) as ParsedCommand['options'],
      lists: Object.fromEntries(given.filter(([, value]) => Array.isArray(value))) as ParsedCommand['lists'],
    };
  } catch (error) {
    // Node goes on about words that look like options, which is no help here, and in several lines.
    const sentence = (error as Error).message.replace(/\.? *(To specify|\n).*$/s, '').replace(/\.$/, '');
    throw new UsageError(`${sentence}. Try: ${usageOfHelp(command)}`);
  }
}

/**
 * Which of the values that there are was meant, in whatever case.
 *
 * @param name of the option: `--status`
 * @throws UsageError for a value that there is not
 */
export function oneOf<T extends string>(values: readonly T[], name: string, given: string | boolean): T {
  const value = values.find((known) => known.toLowerCase() === String(given).toLowerCase());
  if (value === undefined) throw new UsageError(`${name} must be one of ${values.join(', ')}; received '${given}'.`);
  return value;
}

/**
 * A whole number that was given in digits: Number() would take a blank for 0.
 *
 * @param name of the option: `--port`
 * @throws UsageError for anything else, and for what is out of range
 */
export function wholeNumber(name: string, given: unknown, min: number, max: number): number {
  const number = Number(given);
  if (/^\d{1,10}$/.test(String(given)) && number >= min && number <= max) return number;
  throw new UsageError(`${name} must be a whole number from ${min} to ${max}; received ${JSON.stringify(given)}.`);
}

const HELP: OptionHelp = { type: 'boolean', help: 'show this text' };

/** A usage up to its first argument: `npm start -- [FILE…]` is `npm start --`. */
function usageOfHelp({ usage }: Command): string {
  return `${usage.replace(/ [[A-Z].*$/, '')} --help`;
}

/** The text of `--help`. */
export function helpOf({ usage, summary, options }: Command): string {
  const rows = Object.entries({ ...options, help: HELP }).map(([name, { help, value }]) => {
    const flag = value === undefined ? `--${name}` : `--${name} ${value}`;
    return `  ${flag.padEnd(16)} ${help}`;
  });
  return [`Usage: ${usage}`, '', summary, '', 'Options:', ...rows].join('\n');
}

/**
 * Runs a command to its exit code: what it returns, 2 for a usage error, 1 for any other. Ctrl-C, SIGTERM, a closed terminal and
 * an output that nobody reads any more (`| head`) abort the signal that it gets, so that it ends what it started.
 *
 * @param words what was typed after the command. @default the words after `--`
 */
export async function runCommand(command: Command, main: Main, words = process.argv.slice(2)): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (reason: string) => interrupted.abort(new UsageError(reason));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt('Interrupted.'));
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    interrupt(code === 'EPIPE' ? '' : `Cannot write the output: ${message}`);
  });
  process.stderr.on('error', () => interrupt(''));
  try {
    const parsed = parseCommand(command, words);
    if (parsed.options.help) console.log(helpOf(command));
    else process.exitCode = await main(parsed, interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) {
      const { message } = interrupted.signal.reason as UsageError;
      if (message !== '') console.error(message);
      process.exitCode = 130;
    } else {
      console.error(describe(error));
      process.exitCode = error instanceof UsageError ? 2 : 1;
    }
  }
}

/** One line: what is wrong. DEBUG=1 in the environment shows where as well, for a fault of the program itself. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.DEBUG ? (error.stack ?? error.message) : error.message;
}
