/** `npm run dev`: a local Google that stays, for curl, for tests of other services, for a look around. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { RunningConsole } from '../console/server/start-console.ts';
import type { Attempt } from '../local/cloud-tasks/attempt.ts';
import { PortInUseError } from '../local/listen.ts';
import { type LocalGoogle, startLocalGoogle } from '../local/local-google.ts';
import type { LocalGoogleOptions } from '../local/local-google-options.ts';
import { systemClock } from '../time/clock.ts';
import { attemptLine } from './attempt-line.ts';
import { newCommand, runCommand, UsageError } from './command-line.ts';
import { dataOption, dataProblem } from './data-option.ts';
import { devWelcome } from './dev-welcome.ts';
import { LocalConsole, openInBrowser } from './local-console.ts';
import { wholeNumber } from './option-values.ts';
import { Progress } from './progress.ts';
import { synthesiseForThisMachine } from './synthesise.ts';

const DEFAULT_PORT = 8080;
/** The document that the printed command enqueues. */
const SAMPLE = path.join(import.meta.dirname, '..', 'samples', 'energy-report.pdf');

const command = newCommand(
  'npm run dev --',
  'Synthesises the stack, starts a local Google from it and keeps it running until Ctrl-C.',
)
  .option(
    '--port <PORT>',
    'port of Cloud Run; the four after it are Cloud Tasks, Cloud Storage, the metadata server and the console',
    wholeNumber('--port', 1, 65_531),
    DEFAULT_PORT,
  )
  .option('--open', 'open the console in the browser')
  .addOption(dataOption('documents, results, records, tasks and messages'))
  .option(
    '--no-instance-limits',
    'keep instances: not ended when idle or above their memory, with CPU between requests, as a debugger wants it',
  );

interface DevOptions {
  readonly port: number;
  readonly instanceLimits: boolean;
  readonly data?: string;
  readonly open?: boolean;
}

await runCommand(command, dev);

async function dev(_words: unknown, options: DevOptions, signal: AbortSignal): Promise<number> {
  const { port, data, open, instanceLimits } = options;
  using screen = new Progress({ output: process.stdout, clock: systemClock });
  await using stack = await synthesiseForThisMachine({ onStep: (step) => screen.step(step) });
  signal.throwIfAborted();
  // What the service writes while it starts comes after the addresses, which come first.
  const held: string[] = [];
  let log = (line: string): void => void held.push(line);
  screen.step('Starting a local Google from it…');
  const local = new LocalConsole();
  const { stackFile } = stack;
  const google = await startOn(port, { stackFile, data, instanceLimits, onLog: (line) => log(line) }, local);
  let shown: RunningConsole | undefined;
  try {
    shown = await local.start(google, stack, { port: port + 4, data }).catch(inOneLine);
    const bucket = String(google.outputs.documents_bucket);
    const sample = path.basename(SAMPLE);
    if (!google.storage.hasObject(bucket, sample)) {
      google.storage.insert(bucket, sample, await readFile(SAMPLE), { contentType: 'application/pdf' });
    }
    screen.end();
    console.log(devWelcome(google, { console: shown.url, sourceUri: `gs://${bucket}/${sample}`, data }));
    if (open) openInBrowser(shown.url);
    log = (line) => console.log(line);
    for (const line of held) log(line);
    if (!signal.aborted) await once(signal, 'abort');
    console.log('Stopping.');
  } finally {
    await shown?.close();
    await google.close();
  }
  return 0;
}

type HowToRun = Required<Pick<LocalGoogleOptions, 'stackFile' | 'data' | 'instanceLimits' | 'onLog'>>;

async function startOn(port: number, how: HowToRun, { hooks }: LocalConsole): Promise<LocalGoogle> {
  const ports = { run: port, tasks: port + 1, storage: port + 2, metadata: port + 3 };
  try {
    const serviceVariables = { DOCLING_URL: process.env.DOCLING_URL };
    // The service says what failed, Cloud Tasks alone when it tries again.
    const onAttempt = (attempt: Attempt) => attempt.outcome === 'retrying' && how.onLog(attemptLine(attempt));
    return await startLocalGoogle({ ...how, ports, serviceVariables, ...hooks.hooks({ onLog: how.onLog, onAttempt }) });
  } catch (error) {
    throw error instanceof PortInUseError ? inOneLine(error) : dataProblem(error, how.data);
  }
}

function inOneLine(error: unknown): never {
  if (!(error instanceof PortInUseError)) throw error;
  throw new UsageError(`Port ${error.port} is in use: end what listens there, or choose five others with --port PORT.`);
}
