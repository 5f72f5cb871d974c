import type { IncomingMessage } from 'node:http';
import * as z from 'zod';
import { call, type Origin, originOf } from '../../../google/http-call.ts';
import { readUpTo } from '../../../google/read-up-to.ts';
import { limitSilence } from '../../../google/silence-limit.ts';
import { type Clock, sleep } from '../../../time/clock.ts';
import { UnconvertibleDocumentError } from '../converter.ts';
import { type DoclingResult, type DoclingTask, resultSchema, taskSchema, versionSchema } from './docling-schema.ts';
import type { MultipartForm } from './multipart-form.ts';

/**
 * Milliseconds between the beginnings of two polls, at least. docling-serve's local engine answers a long poll at once, whatever its
 * `wait` says (docling-jobkit, `BaseOrchestrator.task_status`); its other engines wait.
 */
const POLL_INTERVAL_MS = 1000;
/** Seconds that a poll may wait for news: below what proxies give up after. */
const POLL_WAIT_SECONDS = 20;
/** How long a call may be without a byte in either direction: while a model has all the processors, docling-serve says nothing. */
const SILENCE_SECONDS = 120;
/** Tries of a question in all, when the connection is cut or docling-serve is too busy to answer. */
const TRIES = 3;
/** Of an answer: far more than any text, and what the handler's memory bears. */
const MAX_ANSWER_BYTES = 64 * 1024 * 1024;

/** docling-serve answered with another status than 200. */
class DoclingStatusError extends Error {
  override readonly name = 'DoclingStatusError';
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** The connection was refused or cut: nothing, or not all of an answer came. */
class DoclingConnectionError extends Error {
  override readonly name = 'DoclingConnectionError';
}

class OversizedAnswerError extends Error {
  override readonly name = 'OversizedAnswerError';
}

export interface DoclingClientOptions {
  /** Where docling-serve answers, without a path. */
  readonly url: string;
  readonly clock: Clock;
}

/**
 * docling-serve's asynchronous API (its documentation: "Asynchronous API"). Its synchronous one answers 504 after two minutes.
 *
 * Every method rejects with the signal's reason as soon as that is aborted.
 */
export class DoclingClient {
  readonly #url: string;
  readonly #origin: Origin;
  readonly #clock: Clock;

  /** @throws TypeError when `url` is no URL of an HTTP server */
  constructor({ url, clock }: DoclingClientOptions) {
    this.#url = url.replace(/\/$/, '');
    this.#origin = originOf(new URL(url));
    this.#clock = clock;
  }

  /** The version of docling-serve; undefined when it keeps that to itself. @throws Error when it does not answer */
  async version(signal: AbortSignal): Promise<string | undefined> {
    try {
      const versions = await this.#get('/version', versionSchema, signal);
      return versions['docling-serve'];
    } catch (error) {
      // 403 where the operator has switched it off, 404 in versions before 1.9.
      if (error instanceof DoclingStatusError && [403, 404].includes(error.status)) return undefined;
      throw error;
    }
  }

  /** Hands a document in, once: what is handed in twice is converted twice. @returns the id of the task */
  async submit(form: MultipartForm, signal: AbortSignal): Promise<string> {
    const task = await this.#call('/v1/convert/file/async', taskSchema, signal, form);
    return task.task_id;
  }

  /** Waits until a task has ended: of one that is lost, until the signal is aborted. @throws Error when it failed */
  async ended(taskId: string, signal: AbortSignal): Promise<void> {
    const path = `/v1/status/poll/${encodeURIComponent(taskId)}?wait=${POLL_WAIT_SECONDS}`;
    for (;;) {
      const started = this.#clock.now();
      const task = await this.#poll(path, signal);
      if (task?.task_status === 'failure') {
        throw failed(task.failure?.message ?? task.error_message ?? 'it gave no reason');
      }
      if (task !== undefined && task.task_status !== 'pending' && task.task_status !== 'started') return;
      await sleep(this.#clock, started + POLL_INTERVAL_MS - this.#clock.now(), signal);
    }
  }

  /**
   * What became of the document of a task that has ended.
   *
   * @throws UnconvertibleDocumentError `too-large` for an answer of more than 64 MiB
   */
  async result(taskId: string, signal: AbortSignal): Promise<DoclingResult> {
    try {
      const result = await this.#get(`/v1/result/${encodeURIComponent(taskId)}`, resultSchema, signal);
      if ('failure' in result) throw failed(result.failure.message);
      return result;
    } catch (error) {
      if (!(error instanceof OversizedAnswerError)) throw error;
      throw new UnconvertibleDocumentError('too-large', error.message, { cause: error });
    }
  }

  /**
   * A task's state; undefined when a proxy gave up waiting for it (504), or one of several docling-serves was asked that does not know it
   * (404), while the work goes on.
   */
  async #poll(path: string, signal: AbortSignal): Promise<DoclingTask | undefined> {
    try {
      return await this.#get(path, taskSchema, signal);
    } catch (error) {
      if (error instanceof DoclingStatusError && [404, 504].includes(error.status)) return undefined;
      throw error;
    }
  }

  /** Asks again where a further try may help: nothing is changed by asking. */
  async #get<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal): Promise<T> {
    for (let tries = 1; ; tries++) {
      try {
        return await this.#call(path, schema, signal);
      } catch (error) {
        if (signal.aborted || tries === TRIES || !isTransient(error)) throw error;
      }
      await sleep(this.#clock, POLL_INTERVAL_MS, signal);
    }
  }

  /** Redirections are not followed: that would hand the document to whoever is named, and ask inside of the project's network. */
  async #call<T>(path: string, schema: z.ZodType<T>, signal: AbortSignal, form?: MultipartForm): Promise<T> {
    const question = `${form === undefined ? 'GET' : 'POST'} ${path.replace(/\?.*/, '')}`;
    using limit = limitSilence(this.#clock, SILENCE_SECONDS, signal);
    const request = form && {
      method: 'POST',
      headers: { 'Content-Type': form.contentType },
      body: form.body,
      isUnrepeatable: true,
    };
    let answer: IncomingMessage;
    let text: string;
    try {
      answer = await call(this.#origin, path, { headers: {}, ...request, signal: limit.signal, onSent: limit.heard });
      text = (await readUpTo(answer, MAX_ANSWER_BYTES, oversized, limit.heard)).toString();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof OversizedAnswerError) throw error;
      const message =
        `docling-serve at ${this.#url} does not answer ${question}: ${reasonOf(error)}. ` +
        'Look whether it runs, and at DOCLING_URL.';
      throw new DoclingConnectionError(message, { cause: error });
    }
    if (answer.statusCode !== 200) throw statusError(question, answer, text);
    return parse(question, text, schema);
  }
}

function oversized(): OversizedAnswerError {
  return new OversizedAnswerError(`docling-serve's answer is larger than ${MAX_ANSWER_BYTES / 2 ** 20} MiB.`);
}

function parse<T>(question: string, text: string, schema: z.ZodType<T>): T {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch (error) {
    throw new Error(
      `docling-serve answered ${question} with what is not JSON: ${JSON.stringify(text.slice(0, 100))}.`,
      {
        cause: error,
      },
    );
  }
  const parsed = schema.safeParse(json);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const where = issue?.path.join('.') || 'the whole of it';
  throw new Error(`docling-serve answered ${question} with what its API does not know: ${where}: ${issue?.message}.`);
}

/** Says what docling-serve said, and how long it asks to wait: Cloud Tasks tries again after the queue's backoff. */
function statusError(question: string, { statusCode, headers }: IncomingMessage, text: string): DoclingStatusError {
  const retryAfter = headers['retry-after'];
  const wait = retryAfter === undefined ? '' : ` It asks to come again after ${retryAfter} (Retry-After).`;
  const message = `docling-serve answered ${question} with ${statusCode}: ${detailOf(text)}.${wait}`;
  return new DoclingStatusError(statusCode as number, message);
}

/** FastAPI puts a sentence, or what it found wrong with the request, into `detail`; a proxy answers with anything. */
function detailOf(text: string): string {
  try {
    const { detail } = z.object({ detail: z.unknown() }).parse(JSON.parse(text));
    return (typeof detail === 'string' ? detail : JSON.stringify(detail)).slice(0, 300).replace(/\.$/, '');
  } catch {
    return text.trim().slice(0, 100) || 'without a word';
  }
}

function failed(reason: string): Error {
  return new Error(`docling-serve could not work on the document: ${reason.replace(/\.$/, '')}.`);
}

/** That of a name with several addresses has no message. */
function reasonOf(error: unknown): string {
  const { message, code } = error as NodeJS.ErrnoException;
  return (message || code || 'no reason given').replace(/\.$/, '');
}

function isTransient(error: unknown): boolean {
  if (error instanceof DoclingConnectionError) return true;
  return error instanceof DoclingStatusError && (error.status === 429 || error.status >= 500);
}
