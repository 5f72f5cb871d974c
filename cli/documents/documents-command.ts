import type { Command } from 'commander';
import type { SettingName } from '../../handler/setting-names.ts';
import { systemClock } from '../../time/clock.ts';
import type { RunnableCommand } from '../command-line.ts';
import { connect, type Operator } from './operator.ts';
import { Report } from './report.ts';
import { untilGranted } from './until-granted.ts';

/** Milliseconds in which no timer is due. */
const LONG_MS = 1_000_000_000;

/** One of the commands about documents. To add one, write its file and name it in `cli/documents.ts`. */
export interface DocumentsCommand {
  readonly command: Command;
  /** The settings that it cannot do without. */
  readonly needed: readonly SettingName[];
  /** @returns the exit code */
  run(words: readonly string[], options: object, tools: DocumentsTools): Promise<number>;
}

export interface DocumentsTools {
  readonly operator: Operator;
  readonly report: Report;
  readonly signal: AbortSignal;
}

/** Connects a command to the deployment that the environment names, and its report to the terminal. */
export function connected(documentsCommand: DocumentsCommand): RunnableCommand {
  const { command, needed } = documentsCommand;
  return {
    command,
    async main(words, options, signal) {
      const report = new Report({ out: process.stdout, err: process.stderr, clock: systemClock });
      // The clock's timers let a process end that waits for nothing else, such as between two tries of a call.
      const alive = setInterval(() => {}, LONG_MS);
      try {
        const operator = await connect(process.env, needed);
        const run = () => documentsCommand.run(words, options, { operator, report, signal });
        // On the local Google a refusal is one.
        if (process.env.STORAGE_EMULATOR_HOST) return await run();
        const note = (line: string) => report.note(line);
        return await untilGranted(run, { clock: systemClock, signal, note, canRepeat: () => report.isEmpty });
      } finally {
        clearInterval(alive);
        report.end();
      }
    },
  };
}
