/** `npm run documents`: lists, shows, replays and enqueues documents, of the local Google or of a real project. */

import type { SettingName } from '../handler/setting-names.ts';
import { systemClock } from '../time/clock.ts';
import type { Command, ParsedCommand } from './command-line.ts';
import { enqueueCommand, enqueueDocuments } from './documents/enqueue.ts';
import { listCommand, listDocuments } from './documents/list.ts';
import { connect, NEEDED, type Operator } from './documents/operator.ts';
import { replayCommand, replayDocuments } from './documents/replay.ts';
import { Report } from './documents/report.ts';
import { showCommand, showDocuments } from './documents/show.ts';
import { runSubcommands, type Subcommand } from './subcommands.ts';

const LONG_MS = 1_000_000_000;

const USAGE = 'npm run documents --';
const SUMMARY =
  'Looks after documents directly in Cloud Storage and Cloud Tasks, as whoever runs it. Which deployment: the variables that npm\n' +
  'run dev prints for the local Google; for a real project its output documents_environment, and Application Default Credentials.';

await runSubcommands(USAGE, SUMMARY, {
  list: subcommand(listCommand, NEEDED.reading, listDocuments),
  show: subcommand(showCommand, NEEDED.reading, showDocuments),
  replay: subcommand(replayCommand, NEEDED.replaying, replayDocuments),
  enqueue: subcommand(enqueueCommand, NEEDED.enqueuing, enqueueDocuments),
});

type Action = (parsed: ParsedCommand, operator: Operator, report: Report, signal: AbortSignal) => Promise<number>;

function subcommand(command: Command, needed: readonly SettingName[], action: Action): Subcommand {
  return {
    command,
    async main(parsed, signal) {
      const report = new Report({ out: process.stdout, err: process.stderr, clock: systemClock });
      // The clock's timers let a process end that waits for nothing else, such as between two tries of a call.
      const alive = setInterval(() => {}, LONG_MS);
      try {
        return await action(parsed, await connect(process.env, needed), report, signal);
      } finally {
        clearInterval(alive);
      }
    },
  };
}
