import path from 'node:path';
import { Command, type CommanderError } from 'commander';

/**
 * A mistake of the person at the keyboard, found before anything is begun: one clear line, exit code 2, no stack trace. What fails
 * later is exit code 1.
 */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** What a command does with the words and the options of its call, to its exit code. */
export type Main<Options extends object> = (
  words: readonly string[],
  options: Options,
  signal: AbortSignal,
) => Promise<number>;

/** A command together with what it does. */
export interface RunnableCommand {
  readonly command: Command;
  main(words: readonly string[], options: object, signal: AbortSignal): Promise<number>;
}

/**
 * A command whose mistakes are thrown as a {@link UsageError} of one line, where commander would print them and end the process.
 *
 * @param name how it is called, up to its arguments: `npm start --`; of a subcommand its own name alone
 */
export function newCommand(name: string, summary: string): Command {
  const command = new Command(name);
  return (
    command
      .description(summary)
      // What the help of a program has for each of its subcommands.
      .summary(summary.replace(/\.\s.*$/s, '.'))
      .helpOption('--help', 'show this text')
      .helpCommand(false)
      .allowExcessArguments(false)
      .configureOutput({ writeErr: () => {} })
      .exitOverride((error) => {
        if (error.exitCode === 0) throw error;
        // The value of an option that npm took is left behind as a word too many.
        requireNoneTakenByNpm(command);
        throw asUsageError(error, command);
      })
  );
}

function asUsageError({ code, message }: CommanderError, command: Command): UsageError {
  return new UsageError(`${sentenceOf(code, message, command)} Try: ${callOf(command)} --help`);
}

function sentenceOf(code: string, message: string, { commands, args }: Command): string {
  if (code === 'commander.help') return `Which command: ${commands.map((one) => one.name()).join(', ')}?`;
  const received = code === 'commander.excessArguments' ? `: ${args.join(' ')}` : '';
  const [first = '', suggestion = ''] = message.replace(/^error: /, '').split(/\n\(|\)$/);
  const sentence = `${first.charAt(0).toUpperCase()}${first.slice(1).replace(/\.$/, '')}${received}.`;
  return suggestion === '' ? sentence : `${sentence} ${suggestion}`;
}

/** How a command is called: `npm run documents -- list`. */
function callOf(command: Command): string {
  return command.parent === null ? command.name() : `${callOf(command.parent)} ${command.name()}`;
}

/** Runs a command that has no subcommands, to its exit code: see {@link runProgram}. */
export function runCommand<Options extends object>(command: Command, main: Main<Options>): Promise<void> {
  return runProgram(command, [{ command, main }]);
}

/**
 * Runs whichever of the commands was called, to its exit code: what it returns, 2 for a usage error, 1 for any other. Ctrl-C,
 * SIGTERM, a closed terminal and an output that nobody reads any more (`| head`) abort the signal that it gets, so that it ends
 * what it started.
 *
 * @param commands the program itself, or its subcommands
 */
export async function runProgram(program: Command, commands: readonly RunnableCommand[]): Promise<void> {
  const interrupted = new AbortController();
  const interrupt = (reason: string) => interrupted.abort(new UsageError(reason));
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt('Interrupted.'));
  process.stdout.on('error', ({ code, message }: NodeJS.ErrnoException) => {
    interrupt(code === 'EPIPE' ? '' : `Cannot write the output: ${message}`);
  });
  process.stderr.on('error', () => interrupt(''));
  for (const runnable of commands) {
    const { command } = runnable;
    if (command !== program) program.addCommand(command);
    command.action(async () => {
      requireNoneTakenByNpm(command);
      process.exitCode = await runnable.main(command.args, command.opts(), interrupted.signal);
    });
  }
  try {
    await program.parseAsync(process.argv.slice(2), { from: 'user' });
  } catch (error) {
    if ((error as CommanderError).code === 'commander.helpDisplayed') return;
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

/**
 * npm takes an option that stands before `--` for its own, and leaves it in the environment of the script that it runs. A script
 * further down inherits that, and was not meant.
 */
function requireNoneTakenByNpm(command: Command): void {
  const script = process.env.npm_lifecycle_script?.split(' ').at(-1) ?? '';
  if (path.resolve(script) !== process.argv[1]) return;
  const taken = command.options.find(
    (option) =>
      process.env[`npm_config_${option.name().replaceAll('-', '_')}`] &&
      command.getOptionValueSource(option.attributeName()) !== 'cli',
  );
  if (taken === undefined) return;
  throw new UsageError(
    `npm took ${taken.long} for an option of its own: write it after --, as in ${callOf(command)} ${taken.long}`,
  );
}

/** One line: what is wrong. DEBUG=1 in the environment shows where as well, for a fault of the program itself. */
function describe(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  return process.env.DEBUG ? (error.stack ?? error.message) : error.message;
}
