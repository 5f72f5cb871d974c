/** `npm run emulator`: Cloud Tasks alone, for clients in any language. */
import { once } from 'node:events';
import { isIP } from 'node:net';
import { EmulatorShown } from '../console/emulator/emulator-shown.ts';
import { type CloudTasks, startCloudTasks } from '../local/cloud-tasks/cloud-tasks.ts';
import { isQueueName } from '../local/cloud-tasks/names.ts';
import { cloudTasksOfStack, type StackCloudTasks } from '../local/cloud-tasks/of-stack.ts';
import { OWNER_EMAIL, PROJECT_NUMBER } from '../local/iam-roles.ts';
import { PortInUseError, type RunningServer, serve } from '../local/listen.ts';
import { metadataApp } from '../local/metadata-server.ts';
import { TerraformStack, TerraformStackError } from '../local/terraform-stack.ts';
import { systemClock } from '../time/clock.ts';
import { attemptLine } from './attempt-line.ts';
import { newCommand, runCommand, UsageError } from './command-line.ts';
import { dataOption, dataProblem } from './data-option.ts';
import { EmulatorConsole } from './emulator-console.ts';
import { emulatorWelcome } from './emulator-welcome.ts';
import { filePath, wholeNumber } from './option-values.ts';

const DEFAULT_PORT = 8123;
const DEFAULT_QUEUE = 'projects/local-project/locations/us-central1/queues/default';

interface EmulatorOptions {
  readonly port: number;
  readonly queue?: readonly string[];
  readonly stack?: string;
  readonly data?: string;
  readonly host?: string;
  readonly rateLimits: boolean;
}

const command = newCommand(
  'npm run emulator --',
  'Runs Cloud Tasks on this machine, over gRPC and REST on one port, until Ctrl-C.',
)
  .option('--port <PORT>', 'port, 0 for any free one', wholeNumber('--port', 0, 65_534), DEFAULT_PORT)
  .option(
    '--queue <NAME>',
    `a queue that exists from the start, in full; may be repeated (default: ${DEFAULT_QUEUE}, unless there is a stack)`,
    (name: string, before: readonly string[] = []) => [...before, checkedQueueName(name)],
  )
  .option(
    '--stack <FILE>',
    'a cdk.tf.json: its queues, and its grants enforced; the port after PORT is its metadata server. TF_VAR_* in the environment are its variables',
    filePath('--stack'),
  )
  .addOption(dataOption('queues and tasks'))
  .option(
    '--host <ADDRESS>',
    'address to listen on, 0.0.0.0 in a container: whoever reaches it may use it (default: 127.0.0.1)',
    addressToListenOn,
  )
  .option('--no-rate-limits', 'dispatch as fast as targets answer');

await runCommand(command, emulator);

async function emulator(_words: unknown, options: EmulatorOptions, signal: AbortSignal): Promise<number> {
  const { port, data, host, rateLimits } = options;
  const stack = options.stack === undefined ? undefined : readStack(options.stack);
  const fromStack = stack && (await cloudTasksOfStack(stack, systemClock).catch(explainVariables));
  const named = options.queue ?? (stack ? [] : [DEFAULT_QUEUE]);
  const queues = [...(fromStack?.options.queues ?? []), ...named.map((name) => ({ name }))];
  const shown = new EmulatorShown(systemClock, () => fromStack && `Bearer ${ownerToken(fromStack)}`);
  // For this machine alone: whoever reaches an address that others reach may not see it.
  const page = host === undefined ? new EmulatorConsole(shown) : undefined;
  let tasks: CloudTasks | undefined;
  let metadata: RunningServer | undefined;
  try {
    tasks = await startCloudTasks({
      ...fromStack?.options,
      port,
      queues,
      ...(data !== undefined && { data }),
      ...(host !== undefined && { host }),
      rateLimited: rateLimits,
      onAttempt: (attempt) => {
        shown.noteAttempt(attempt);
        console.log(attemptLine(attempt));
      },
      onChange: shown.noteChange,
      ...(page && { beside: page.app }),
    });
    shown.watch(tasks);
    metadata = stack && fromStack && (await startMetadataServer(stack, fromStack, port));
    const names = queues.map(({ name }) => name);
    console.log(
      emulatorWelcome({
        port: tasks.port,
        host,
        launchToken: await page?.open(data),
        queues: names,
        metadata: metadata?.host,
        caller: fromStack?.enqueuer,
      }),
    );
    if (!signal.aborted) await once(signal, 'abort');
    console.log('Stopping.');
  } catch (error) {
    throw inOneLine(error, data);
  } finally {
    await metadata?.close();
    await tasks?.close();
  }
  return 0;
}

function ownerToken({ issuer }: StackCloudTasks): string {
  return issuer.accessToken(OWNER_EMAIL).token;
}

/** Where a caller gets the tokens that a stack's grants ask for; undefined when nobody may enqueue. */
async function startMetadataServer(
  { projectId, region }: TerraformStack,
  { enqueuer: email, issuer: tokens }: StackCloudTasks,
  port: number,
): Promise<RunningServer | undefined> {
  if (email === undefined) return undefined;
  return serve(metadataApp({ email, projectId, region, projectNumber: PROJECT_NUMBER, tokens }), {
    port: port === 0 ? 0 : port + 1,
    what: 'the metadata server',
    option: '--port',
  });
}

/** A UsageError for what the caller can mend, another port or another folder; else the error itself. */
function inOneLine(error: unknown, data: string | undefined): unknown {
  if (error instanceof PortInUseError) {
    return new UsageError(`Port ${error.port} is in use: end what listens there, or choose another with --port PORT.`);
  }
  return dataProblem(error, data);
}

function addressToListenOn(given: string): string {
  if (isIP(given) !== 0) return given;
  throw new UsageError(
    `--host must be an IP address of this machine, or 0.0.0.0 for all of them; received '${given}'.`,
  );
}

function checkedQueueName(name: string): string {
  if (isQueueName(name)) return name;
  throw new UsageError(
    `--queue must be projects/PROJECT/locations/LOCATION/queues/QUEUE, with letters, digits and hyphens; received '${name}'.`,
  );
}

/** @throws UsageError when the file is no stack */
function readStack(file: string): TerraformStack {
  const variables = Object.entries(process.env).flatMap(([name, value]): [string, string][] =>
    name.startsWith('TF_VAR_') && value !== undefined ? [[name.slice('TF_VAR_'.length), value]] : [],
  );
  try {
    return TerraformStack.read(file, { variables: Object.fromEntries(variables), projectNumber: PROJECT_NUMBER });
  } catch (error) {
    throw error instanceof TerraformStackError ? new UsageError(error.message) : error;
  }
}

function explainVariables(error: unknown): never {
  if (!(error instanceof TerraformStackError) || !error.message.includes('variable')) throw error;
  throw new UsageError(`${error.message} TF_VAR_NAME=VALUE in the environment does.`);
}
