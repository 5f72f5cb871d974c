import { type Command, type Main, runCommand } from './command-line.ts';

/** One of the commands behind a script. */
export interface Subcommand {
  readonly command: Command;
  readonly main: Main;
}

/**
 * Runs the subcommand that the first word names, with the words after it, to its exit code. `--help` in its place lists them all.
 *
 * @param usage how they are called, up to their name: `npm run documents --`
 * @param words what was typed after that
 */
export async function runSubcommands(
  usage: string,
  summary: string,
  subcommands: Readonly<Record<string, Subcommand>>,
  words = process.argv.slice(2),
): Promise<void> {
  const [name = '', ...rest] = words;
  const chosen = Object.hasOwn(subcommands, name) ? subcommands[name] : undefined;
  if (chosen) return runCommand(chosen.command, chosen.main, rest);
  if (name === '--help') {
    console.log(helpOfAll(usage, summary, subcommands));
    return;
  }
  console.error(unknownCommand(name, usage, Object.keys(subcommands)));
  process.exitCode = 2;
}

function unknownCommand(name: string, usage: string, names: readonly string[]): string {
  const received = name === '' ? 'none' : `'${name}'`;
  return `The command must be one of ${names.join(', ')}; received ${received}. Try: ${usage} --help`;
}

function helpOfAll(usage: string, summary: string, subcommands: Readonly<Record<string, Subcommand>>): string {
  const rows = Object.values(subcommands).map(({ command }) => `  ${command.usage}`);
  return [`Usage: ${usage} COMMAND`, '', summary, '', 'Commands, each with a --help of its own:', ...rows].join('\n');
}
