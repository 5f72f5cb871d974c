import type { IncomingMessage } from 'node:http';
import { call, type Origin, originOf } from '../../google/http-call.ts';
import { readUpTo } from '../../google/read-up-to.ts';
import {
  type ExtractableDocument,
  type Extraction,
  type ExtractOptions,
  type Extractor,
  type ModelUsage,
  UnextractableDocumentError,
} from './extractor.ts';
import { compileFieldCheck, type FieldCheck } from './field-check.ts';
import type { FieldSchema } from './field-schema.ts';
import { type GeminiAnswer, readAnswer } from './gemini-answer.ts';
import { documentTurn, repairTurns, requestBody, shorterTurn, type Turn } from './gemini-request.ts';
import { type ExtractionSettings, vertexUrl } from './vertex-model.ts';

/** Far above what a model can write; a stream without an end is not the model's. */
const MAX_ANSWER_BYTES = 4 * 2 ** 20;
/** Letters of an error of Vertex AI that are passed on. */
const MAX_MESSAGE_LENGTH = 300;

export interface GeminiExtractorOptions extends ExtractionSettings {
  readonly projectId: string;
  /** Access token of an identity that may call `aiplatform.endpoints.predict`. */
  readonly accessToken: () => Promise<string>;
  /** @default Vertex AI's own for the location */
  readonly baseUrl?: string | undefined;
}

/**
 * Extraction by Gemini on Vertex AI, over its REST API. Not `@google/genai`: that is 30 MB, and its abort does not reach the
 * sleep between its retries.
 *
 * The answer is checked against the schema; one that breaks it is given back once with what is wrong, and one that was cut off is
 * asked for once more. There are no retries here: a call that fails is one attempt that failed, and Cloud Tasks knows when to
 * try again. An aborted call is billed all the same.
 */
export class GeminiExtractor implements Extractor {
  readonly takesPdf: boolean;
  readonly #options: GeminiExtractorOptions;
  readonly #origin: Origin;
  readonly #path: string;
  #check: Promise<FieldCheck> | undefined;

  /** @throws TypeError when `baseUrl` is no URL of an HTTP server */
  constructor(options: GeminiExtractorOptions) {
    const { projectId, location, model, baseUrl } = options;
    this.#options = options;
    this.takesPdf = options.input === 'pdf';
    const base = baseUrl?.replace(/\/$/, '') || vertexUrl(location);
    const models = `v1/projects/${projectId}/locations/${location}/publishers/google/models`;
    const url = new URL(`${base}/${models}/${model}:generateContent`);
    this.#origin = originOf(url);
    this.#path = url.pathname;
  }

  async extract(document: ExtractableDocument, { signal }: ExtractOptions): Promise<Extraction> {
    this.#check ??= compile(this.#options.schema);
    const check = await this.#check;
    let turns: Turn[] = [documentTurn(document)];
    const texts: string[] = [];
    const answers: GeminiAnswer[] = [];
    let problems: string[] = [];
    for (const isSecond of [false, true]) {
      const answer = await this.#ask(turns, signal);
      answers.push(answer);
      if (answer.text !== '') texts.push(answer.text);
      if (answer.refusal !== undefined) {
        const { reason, message } = answer.refusal;
        // A model that went round in circles may not do so again. What it wrote is not given back: it would only go on.
        if (reason === 'extraction-too-long' && !isSecond) {
          turns = [shorterTurn(document)];
          continue;
        }
        throw new UnextractableDocumentError(reason, message, texts, this.#usageOf(answers));
      }
      const found = fieldsIn(answer.text);
      problems = 'problem' in found ? [found.problem] : check(found.fields);
      if ('fields' in found && problems.length === 0) {
        return { fields: found.fields, repaired: isSecond, ...this.#usageOf(answers) };
      }
      turns = [...turns, ...repairTurns(answer.text, problems)];
    }
    const message = `The model's answer breaks the schema, though it was asked for twice: ${problems.join('; ')}.`;
    throw new UnextractableDocumentError('extraction-invalid', message, texts, this.#usageOf(answers));
  }

  async #ask(turns: readonly Turn[], signal: AbortSignal): Promise<GeminiAnswer> {
    const { schema, accessToken } = this.#options;
    const headers = { Authorization: `Bearer ${await accessToken()}`, 'Content-Type': 'application/json' };
    const tooLarge = () => new Error(`it has more than ${MAX_ANSWER_BYTES} bytes`);
    let answer: IncomingMessage;
    let body: string;
    try {
      const request = { method: 'POST', headers, body: requestBody(turns, schema), signal };
      answer = await call(this.#origin, this.#path, request);
      body = (await readUpTo(answer, MAX_ANSWER_BYTES, tooLarge)).toString();
    } catch (error) {
      signal.throwIfAborted();
      const why = (error as Error).message.replace(/\.$/, '');
      throw new Error(`Vertex AI could not be reached, or its answer not be read: ${why}.`, { cause: error });
    }
    if (answer.statusCode === 200) return readAnswer(body);
    const message = refusalOf(answer, body);
    // The same request would be refused again. All else, a missing grant too, may be another time.
    if (answer.statusCode !== 400) throw new Error(message);
    return { text: '', tokens: { input: 0, output: 0 }, refusal: { reason: 'extraction-refused', message } };
  }

  #usageOf(answers: readonly GeminiAnswer[]): ModelUsage {
    const { model, inputPrice, outputPrice } = this.#options;
    const input = answers.reduce((sum, { tokens }) => sum + tokens.input, 0);
    const output = answers.reduce((sum, { tokens }) => sum + tokens.output, 0);
    // To a billionth: beyond it are only the traces of binary fractions.
    const estimatedCostUsd = Number(((input * inputPrice + output * outputPrice) / 1e6).toFixed(9));
    return { model: answers.at(-1)?.modelVersion ?? model, tokens: { input, output }, estimatedCostUsd };
  }
}

async function compile(schema: FieldSchema): Promise<FieldCheck> {
  try {
    return await compileFieldCheck(schema);
  } catch (error) {
    throw new Error(`The schema of the extraction ${(error as Error).message}.`, { cause: error });
  }
}

/** The JSON of an answer; some models wrap it in a fence in spite of the MIME type. */
function fieldsIn(text: string): { fields: unknown } | { problem: string } {
  const [, fenced] = /^\s*```(?:json)?\s*\n(.*)\n\s*```\s*$/s.exec(text) ?? [];
  try {
    return { fields: JSON.parse(fenced ?? text) };
  } catch (error) {
    return { problem: `The answer is not JSON: ${(error as Error).message}` };
  }
}

/** Google's error, as one line; not every refusal is JSON: a proxy's is not. */
function refusalOf({ statusCode, headers }: IncomingMessage, body: string): string {
  let status = '';
  let message = body;
  try {
    const { error } = JSON.parse(body) as { error: { status: unknown; message: unknown } };
    if (typeof error.message === 'string') {
      status = ` ${error.status}`;
      message = error.message;
    }
  } catch {
    // What came stands for itself.
  }
  const retryAfter = headers['retry-after'];
  const wait = retryAfter === undefined ? '' : ` (Retry-After: ${retryAfter})`;
  const line = message.replaceAll(/\s+/g, ' ').trim().slice(0, MAX_MESSAGE_LENGTH);
  return `Vertex AI answered ${statusCode}${status}${wait}: ${line}`;
}
