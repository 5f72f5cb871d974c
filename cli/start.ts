/** `npm start`: the whole path on this machine, from the stack to the results of every document in `samples/`. */
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { taskIdFor } from '../handler/document-task.ts';
import { type LocalGoogle, startLocalGoogle } from '../local/local-google.ts';
import { type Command, type ParsedCommand, runCommand, UsageError } from './command-line.ts';
import { CONVERSION_OPTIONS, conversionOptions } from './conversion-options.ts';
import { doclingNote } from './docling-note.ts';
import type { Document } from './document-service.ts';
import { inParallel } from './in-parallel.ts';
import { localClients } from './local-clients.ts';
import { type DocumentOutcome, jsonLine, outcomeTable } from './outcome.ts';
import { printable } from './printable.ts';
import { type ProcessingTools, processFile, whyUnreadable } from './process-file.ts';
import { Progress } from './progress.ts';
import { MAX_NAME_BYTES, ResultsFolder } from './results-folder.ts';
import { CALLER, synthesise } from './synthesise.ts';

/** Files followed at once. What is processed at once is up to the stack: its queue, its instances, their concurrency. */
const FILES_AT_ONCE = 32;

const command: Command = {
  usage: 'npm start -- [FILE…] [options]',
  summary:
    'Synthesises the stack, starts a local Google from it, and has it process the files: by default those in samples/.\n' +
    'Results go to results/, in place of earlier ones of the same name. Exit code: 0 when every document is COMPLETED, 1 when not or when it cannot start, 2 for a mistake in the call.',
  options: {
    ...CONVERSION_OPTIONS,
    json: { type: 'boolean', help: 'print one line of JSON for each document instead of progress and table' },
    results: { type: 'string', value: 'DIR', help: 'folder for the results (default: results)' },
    verbose: { type: 'boolean', help: "print the handler's log as well" },
  },
  takesFiles: true,
};

await runCommand(command, start);

async function start(parsed: ParsedCommand, signal: AbortSignal): Promise<number> {
  const { files, options } = parsed;
  const how = conversionOptions(parsed);
  const DOCLING_URL = process.env.DOCLING_URL?.trim();
  if (!DOCLING_URL) requireNoDocling(how);
  const say = options.json ? () => {} : (line: string) => console.log(line);
  const inputs = files.length > 0 ? files : await samples();
  await requireUsable(inputs);
  using results = ResultsFolder.take(typeof options.results === 'string' ? options.results : 'results');

  const started = performance.now();
  await using stack = await synthesise();
  signal.throwIfAborted();
  say(`Bundled the handler and synthesised the stack ${stack.name} in ${secondsSince(started)} s.`);

  let lastError: string | undefined;
  const onLog = (line: string) => {
    if (options.verbose) console.error(line);
    lastError = errorIn(line) ?? lastError;
  };
  const { stackFile } = stack;
  await using google = await disposable(
    startLocalGoogle({ stackFile, developer: CALLER, serviceVariables: { DOCLING_URL }, onLog }),
  );
  signal.throwIfAborted();
  const note = doclingNote(google.sidecars, DOCLING_URL);
  say(`Started a local Google from it: ${addressesOf(google)}.${note === undefined ? '' : `\n${note}`}\n`);

  const outcomes = await processAll(inputs, how, google, results, signal, options.json === true);
  say(`\n${outcomeTable(outcomes)}`);
  if (lastError !== undefined && outcomes.some(({ reason }) => reason?.startsWith('error: '))) {
    say(`\nThe handler's log says last: ${lastError} (--verbose shows all of it.)`);
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

/** @throws UsageError for what only docling-serve can do */
function requireNoDocling({ method, ocr }: ReturnType<typeof conversionOptions>): void {
  const needs =
    'needs a running docling-serve: set DOCLING_URL to its address, such as http://localhost:5001, or choose';
  if (method === 'docling') throw new UsageError(`--method docling ${needs} auto or local.`);
  if (ocr === 'force') throw new UsageError(`--ocr force ${needs} auto or skip.`);
}

/** Looked at before anything starts. @throws UsageError with a line for each file that cannot be processed */
async function requireUsable(files: readonly string[]): Promise<void> {
  if (files.includes('')) throw new UsageError('A file needs a name; received an empty one.');
  const reasons = await Promise.all(
    files.map(async (file) => [file, (await whyUnreadable(file)) ?? whyTooLong(file)] as const),
  );
  const problems = reasons.flatMap(([file, reason]) =>
    reason === undefined ? [] : [`${printable(file)}: ${reason}.`],
  );
  if (problems.length > 0) throw new UsageError(problems.join('\n'));
}

function whyTooLong(file: string): string | undefined {
  const bytes = Buffer.byteLength(path.basename(file));
  return bytes > MAX_NAME_BYTES
    ? `a name has at most ${MAX_NAME_BYTES} bytes, so that those of its results fit; received ${bytes}: rename it`
    : undefined;
}

async function processAll(
  files: readonly string[],
  how: NonNullable<ProcessingTools['how']>,
  google: LocalGoogle,
  results: ResultsFolder,
  signal: AbortSignal,
  json: boolean,
): Promise<DocumentOutcome[]> {
  const names = files.map((file) => results.uniqueName(path.basename(file)));
  const progress = json ? undefined : new Progress(process.stdout, names);
  const clients = localClients(google);

  const outcomes: DocumentOutcome[] = [];
  await inParallel(files.entries(), FILES_AT_ONCE, async ([index, file]) => {
    const name = names[index] as string;
    const outcome = await processFile(file, name, {
      ...clients,
      how,
      results,
      signal,
      nextAttemptAt: (document) => nextAttemptAt(document, google),
      onChange: (status, detail) => progress?.say(name, status, detail),
    });
    outcomes[index] = outcome;
    progress?.finish(name, outcome.status, outcome.reason ?? `${outcome.seconds.toFixed(1)} s`);
    if (json) console.log(jsonLine(outcome));
  });
  return outcomes;
}

/** Looks without the wire, as the owner of the whole Google. */
function nextAttemptAt(document: Document, google: LocalGoogle): number | undefined {
  const { tasks, outputs } = google;
  for (const queue of [outputs.queue_ids].flat()) {
    try {
      const name = `${queue}/tasks/${taskIdFor(document)}`;
      return tasks.call('GetTask', { name }, `Bearer ${google.ownerToken()}`).task.scheduleTime;
    } catch {
      // Another queue has it, or none.
    }
  }
  return undefined;
}

function addressesOf({ addresses }: LocalGoogle): string {
  return `Cloud Run ${addresses.run}, Cloud Tasks ${addresses.tasks}, Cloud Storage ${addresses.storage}`;
}

async function disposable<T extends { close(): Promise<void> }>(starting: Promise<T>): Promise<T & AsyncDisposable> {
  const started = await starting;
  return Object.assign(started, { [Symbol.asyncDispose]: () => started.close() });
}

/** The message of a log line of severity ERROR; undefined for any other line. */
function errorIn(line: string): string | undefined {
  if (!line.startsWith('{"severity":"ERROR"')) return undefined;
  return (JSON.parse(line) as { message: string }).message;
}

function secondsSince(started: number): string {
  return ((performance.now() - started) / 1000).toFixed(1);
}
