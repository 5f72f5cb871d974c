/** `npm run documents`: what people do with documents, of the local Google or of a real project. */
import { newCommand, runProgram } from './command-line.ts';
import { cancelCommand } from './documents/cancel.ts';
import { deleteCommand } from './documents/delete.ts';
import { connected } from './documents/documents-command.ts';
import { enqueueCommand } from './documents/enqueue.ts';
import { eventsCommand } from './documents/events.ts';
import { listCommand } from './documents/list.ts';
import { replayCommand } from './documents/replay.ts';
import { resultCommand } from './documents/result.ts';
import { showCommand } from './documents/show.ts';

const COMMANDS = [
  listCommand,
  showCommand,
  resultCommand,
  replayCommand,
  cancelCommand,
  deleteCommand,
  enqueueCommand,
  eventsCommand,
];

const program = newCommand(
  'npm run documents --',
  'Looks after documents directly in Cloud Storage and Cloud Tasks, as whoever runs it. Which deployment: the variables that ' +
    'npm run dev prints for the local Google; for a real project its output documents_environment, and Application Default ' +
    'Credentials.',
)
  .usage('COMMAND')
  .configureHelp({ subcommandTerm: (command) => command.name() })
  .addHelpText('after', '\nEach command has a --help of its own.');

await runProgram(program, COMMANDS.map(connected));
