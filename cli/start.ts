/** `npm start`: the whole path on this machine, from the stack to the results of every document in `samples/`. */
import { once } from 'node:events';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { type LocalGoogle, startLocalGoogle } from '../local/local-google.ts';
import { systemClock } from '../time/clock.ts';
import { newCommand, runCommand, UsageError } from './command-line.ts';
import { type ConversionOptions, methodOption, ocrOption } from './conversion-options.ts';
import { doclingNote, requireDoclingFor } from './docling.ts';
import { inParallel } from './in-parallel.ts';
import { localDeployment } from './local-deployment.ts';
import { filePath } from './option-values.ts';
import { type DocumentOutcome, outcomeJson, outcomeTable } from './outcome.ts';
import { processFile } from './process-file.ts';
import { Progress } from './progress.ts';
import { MAX_NAME_BYTES, ResultsFolder } from './results-folder.ts';
import { CALLER, synthesiseForThisMachine } from './synthesise.ts';
import { padded, printable } from './terminal-text.ts';
import { requireUsable, whyUnreadable } from './upload-file.ts';
import { subscribeToOutcomes, UPLOAD_ONLY_SETTINGS, uploadOnly, uploadRulesOf } from './upload-only.ts';

/** Files followed at once. What is processed at once is up to the stack: its queue, its instances, their concurrency. */
const FILES_AT_ONCE = 32;

interface StartOptions extends ConversionOptions {
  readonly uploadOnly?: boolean;
  readonly json?: boolean;
  readonly results: string;
  readonly verbose?: boolean;
  readonly console?: boolean;
}

const command = newCommand(
  'npm start --',
  'Synthesises the stack, starts a local Google from it, and has it process the files: by default those in samples/. ' +
    'Results go to results/, in place of earlier ones of the same name.\n' +
    'Exit code: 0 when every document is COMPLETED, 1 when not or when it cannot start, 2 for a mistake in the call.',
)
  .usage('[FILE…] [options]')
  .argument('[FILE...]')
  .addOption(methodOption)
  .addOption(ocrOption)
  .option('--upload-only', 'hand nothing in: uploads do that by themselves, and outcomes come as events')
  .option('--json', 'print one line of JSON for each document instead of progress and table')
  .option('--results <DIR>', 'folder for the results', filePath('--results'), 'results')
  .option('--verbose', "print the handler's log as well")
  .option('--console', 'show all of it on a page, and stay there after the last document until Ctrl-C');

await runCommand(command, start);

async function start(words: readonly string[], options: StartOptions, signal: AbortSignal): Promise<number> {
  const DOCLING_URL = process.env.DOCLING_URL?.trim();
  requireDoclingFor(options, DOCLING_URL);
  const files = words.length > 0 ? words : await samples();
  await requireUsable(files, async (file) => (await whyUnreadable(file)) ?? whyTooLong(file));
  using results = ResultsFolder.take(options.results);
  using screen = options.json ? undefined : new Progress({ output: process.stdout, clock: systemClock });

  const started = systemClock.now();
  await using stack = await synthesiseForThisMachine({
    environment: { ...process.env, ...(options.uploadOnly && UPLOAD_ONLY_SETTINGS) },
    onStep: (step) => screen?.step(step),
  });
  signal.throwIfAborted();
  const seconds = ((systemClock.now() - started) / 1000).toFixed(1);
  screen?.end();
  screen?.print(`Bundled the handler and synthesised the stack ${stack.name} in ${seconds} s.`);

  let lastError: string | undefined;
  const onLog = (line: string) => {
    if (options.verbose) screen ? screen.above(() => console.error(line)) : console.error(line);
    lastError = errorIn(line) ?? lastError;
  };
  // With its page and its Markdown it is much to load, and mostly for nothing.
  const local = options.console ? new (await import('./local-console.ts')).LocalConsole() : undefined;
  screen?.step('Starting a local Google from it…');
  await using google = await disposable(
    startLocalGoogle({
      stackFile: stack.stackFile,
      developer: CALLER,
      serviceVariables: { DOCLING_URL },
      ...(local ? local.hooks.hooks({ onLog, onAttempt: () => {} }) : { onLog }),
    }),
  );
  signal.throwIfAborted();
  screen?.end();
  const note = doclingNote(google.sidecars, DOCLING_URL);
  screen?.print(`Started a local Google from it: ${addressesOf(google)}.${note === undefined ? '' : `\n${note}`}\n`);

  await using shown = local && (await disposable(local.start(google, stack, { port: 0 })));
  // With --json standard output is the documents' alone.
  if (shown) console.error(`Console ${shown.url}\n`);

  const events = options.uploadOnly ? subscribeToOutcomes(google) : undefined;
  const outcomes = await processAll(files, { google, results, screen, options, signal });
  screen?.end();
  screen?.print(`\n${outcomeTable(outcomes)}`);
  if (events) {
    screen?.print('\nEvents that were published:');
    // One file twice is one document.
    const ids = new Set(outcomes.flatMap(({ documentId }) => documentId ?? []));
    for (const { documentId, status, filename } of await events(ids.size, signal)) {
      screen?.print(printable(`${documentId}  ${status.padEnd(9)}  ${filename}`));
    }
  }
  if (lastError !== undefined && outcomes.some(({ reason }) => reason?.startsWith('error: '))) {
    screen?.print(`\nThe handler's log says last: ${lastError} (--verbose shows all of it.)`);
  }
  if (shown && !signal.aborted) {
    screen?.print(`\nThe console stays at ${shown.url} until Ctrl-C.`);
    await once(signal, 'abort');
  }
  return outcomes.every(({ status }) => status === 'COMPLETED') ? 0 : 1;
}

async function samples(): Promise<string[]> {
  const folder = path.join(import.meta.dirname, '..', 'samples');
  const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile() && !entry.name.startsWith('.'));
  if (files.length === 0) throw new UsageError('There are no samples: name files, npm start -- FILE…');
  return files.map(({ name }) => path.relative('.', path.join(folder, name)));
}

function whyTooLong(file: string): string | undefined {
  const bytes = Buffer.byteLength(path.basename(file));
  return bytes > MAX_NAME_BYTES
    ? `a name has at most ${MAX_NAME_BYTES} bytes, so that those of its results fit; received ${bytes}: rename it`
    : undefined;
}

/** The message of a log line of severity ERROR; undefined for any other line. */
function errorIn(line: string): string | undefined {
  if (!line.startsWith('{"severity":"ERROR"')) return undefined;
  return (JSON.parse(line) as { message: string }).message;
}

async function disposable<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T & AsyncDisposable> {
  const started = await starting;
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() });
}

function addressesOf({ addresses }: LocalGoogle): string {
  return `Cloud Run ${addresses.run}, Cloud Tasks ${addresses.tasks}, Cloud Storage ${addresses.storage}`;
}

interface Processing {
  readonly google: LocalGoogle;
  readonly results: ResultsFolder;
  readonly screen: Progress | undefined;
  readonly options: StartOptions;
  readonly signal: AbortSignal;
}

/** Hands all files in, follows them and says what becomes of each. */
async function processAll(
  files: readonly string[],
  { google, results, screen, options: { method, ocr, json, uploadOnly: isUploadOnly = false }, signal }: Processing,
): Promise<DocumentOutcome[]> {
  const deployment = isUploadOnly
    ? uploadOnly(localDeployment(google), uploadRulesOf(google))
    : localDeployment(google);
  const names = files.map((file) => results.uniqueName(path.basename(file)));
  const columns = padded(names.map(printable));
  const say = (index: number, status: string, detail: string) => {
    screen?.print(`${columns[index]}  ${status.padEnd(10)}  ${printable(detail)}`.trimEnd());
  };

  const outcomes: DocumentOutcome[] = [];
  await inParallel(files.entries(), FILES_AT_ONCE, async ([index, file]) => {
    const outcome = await processFile(file, names[index] as string, {
      deployment,
      how: { ...(method && { method }), ...(ocr && { ocr }) },
      isUploadOnly,
      results,
      clock: systemClock,
      onChange: (status, detail) => say(index, status, detail),
      signal,
    });
    outcomes[index] = outcome;
    say(index, outcome.status, outcome.reason ?? `${outcome.seconds.toFixed(1)} s`);
    if (json) console.log(outcomeJson(outcome));
    screen?.advance('documents done', { total: files.length, atOnce: FILES_AT_ONCE });
  });
  return outcomes;
}
