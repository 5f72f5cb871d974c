/** `npm run dev`: a local Google that stays, for curl, for tests of other services, for a look around. */
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Attempt } from '../local/cloud-tasks/attempt.ts';
import { PortInUseError } from '../local/listen.ts';
import { type LocalGoogle, type LocalGoogleOptions, startLocalGoogle } from '../local/local-google.ts';
import { systemClock } from '../time/clock.ts';
import { attemptLine } from './attempt-line.ts';
import { newCommand, runCommand, UsageError } from './command-line.ts';
import { dataOption, dataProblem } from './data-option.ts';
import { devWelcome } from './dev-welcome.ts';
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
    'port of Cloud Run; the three after it are Cloud Tasks, Cloud Storage and the metadata server',
    wholeNumber('--port', 1, 65_532),
    DEFAULT_PORT,
  )
  .addOption(dataOption('documents, results, records and tasks'))
  .option(
    '--no-instance-limits',
    'keep instances: not ended when idle or above their memory, with CPU between requests, as a debugger wants it',
  );

interface DevOptions {
  readonly port: number;
  readonly instanceLimits: boolean;
  readonly data?: string;
}

await runCommand(command, dev);

async function dev(_words: unknown, { port, data, instanceLimits }: DevOptions, signal: AbortSignal): Promise<number> {
  using screen = new Progress({ output: process.stdout, clock: systemClock });
  await using stack = await synthesiseForThisMachine({ onStep: (step) => screen.step(step) });
  signal.throwIfAborted();
  // What the service writes while it starts comes after the addresses, which come first.
  const held: string[] = [];
  let log = (line: string): void => void held.push(line);
  screen.step('Starting a local Google from it…');
  const { stackFile } = stack;
  const google = await startOn(port, { stackFile, data, instanceLimits, onLog: (line) => log(line) });
  try {
    const bucket = String(google.outputs.documents_bucket);
    const sample = path.basename(SAMPLE);
    if (!google.storage.hasObject(bucket, sample)) {
      google.storage.insert(bucket, sample, await readFile(SAMPLE), { contentType: 'application/pdf' });
    }
    screen.end();
    console.log(devWelcome(google, `gs://${bucket}/${sample}`, data));
    log = (line) => console.log(line);
    for (const line of held) log(line);
    if (!signal.aborted) await once(signal, 'abort');
    console.log('Stopping.');
  } finally {
    await google.close();
  }
  return 0;
}

type HowToRun = Required<Pick<LocalGoogleOptions, 'stackFile' | 'data' | 'instanceLimits' | 'onLog'>>;

async function startOn(port: number, how: HowToRun): Promise<LocalGoogle> {
  const ports = { run: port, tasks: port + 1, storage: port + 2, metadata: port + 3 };
  try {
    const serviceVariables = { DOCLING_URL: process.env.DOCLING_URL };
    // The service says what failed, Cloud Tasks alone when it tries again.
    const onAttempt = (attempt: Attempt) => attempt.outcome === 'retrying' && how.onLog(attemptLine(attempt));
    return await startLocalGoogle({ ...how, ports, serviceVariables, onAttempt });
  } catch (error) {
    if (!(error instanceof PortInUseError)) throw dataProblem(error, how.data);
    throw new UsageError(
      `Port ${error.port} is in use: end what listens there, or choose four others with --port PORT.`,
    );
  }
}
