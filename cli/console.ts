/** `npm run console`: a page that shows a deployment, with Application Default Credentials. */
import { once } from 'node:events';
import { DeployedShown } from '../console/deployed/deployed-shown.ts';
import { QueuesApi } from '../console/deployed/queues-api.ts';
import { newLaunchToken } from '../console/server/session.ts';
import { startConsole } from '../console/server/start-console.ts';
import { accessToken } from '../google/google-auth.ts';
import { readSettings } from '../handler/settings.ts';
import { PortInUseError } from '../local/listen.ts';
import { systemClock } from '../time/clock.ts';
import { newCommand, runCommand, UsageError } from './command-line.ts';
import { allDocuments } from './documents/all-documents.ts';
import { connect, NEEDED } from './documents/operator.ts';
import { openInBrowser } from './local-console.ts';
import { wholeNumber } from './option-values.ts';

const DEFAULT_PORT = 8090;

interface ConsoleOptions {
  readonly port: number;
  readonly write?: boolean;
  readonly open?: boolean;
}

const command = newCommand(
  'npm run console --',
  'Shows a deployment on a page of this machine, as whoever runs it, until Ctrl-C. Which deployment: the variables of its output ' +
    'documents_environment, and Application Default Credentials. It reads while the page is visible, every 30 s at most: of 100,000 ' +
    'documents 320 lists, 0.0016 USD, each time.',
)
  .option('--port <PORT>', 'port of the page, 0 for any free one', wholeNumber('--port', 0, 65_535), DEFAULT_PORT)
  .option('--write', 'allow changes: replays, cancels, files, queues')
  .option('--open', 'open the page in the browser');

await runCommand(command, run);

async function run(
  _words: unknown,
  { port, write = false, open }: ConsoleOptions,
  signal: AbortSignal,
): Promise<number> {
  const operator = await connect(process.env, NEEDED.enqueuing);
  const { CLOUD_TASKS_EMULATOR_HOST: local } = process.env;
  const baseUrl = local ? `http://${local}` : 'https://cloudtasks.googleapis.com';
  const settings = readSettings(process.env);
  const shown = new DeployedShown({
    operator,
    listing: async function* (listed) {
      for await (const { view } of allDocuments(operator, true, listed)) yield view();
    },
    queues: new QueuesApi({ baseUrl, accessToken }),
    settings,
    canChange: write,
    clock: systemClock,
  });
  const running = await startConsole({ shown, launchToken: newLaunchToken(), port, clock: systemClock }).catch(
    inOneLine,
  );
  console.log(
    `Console  ${running.url}\n\n${settings.projectId}, ${write ? 'may be changed' : 'read-only: --write allows changes'}. Ctrl-C ends it.`,
  );
  if (open) openInBrowser(running.url);
  if (!signal.aborted) await once(signal, 'abort');
  await running.close();
  return 0;
}

function inOneLine(error: unknown): never {
  if (!(error instanceof PortInUseError)) throw error;
  throw new UsageError(`Port ${error.port} is in use: end what listens there, or choose another with --port PORT.`);
}
