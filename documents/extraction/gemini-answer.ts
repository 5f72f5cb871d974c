import * as z from 'zod';
import type { UnextractableReason } from './extractor.ts';

/** What is used of an answer (reference: `GenerateContentResponse` of Vertex AI's v1); everything else is ignored. */
function responseSchema() {
  const count = z.int().min(0).default(0);
  const part = z.object({ text: z.string().default(''), thought: z.boolean().default(false) });
  const candidate = z.object({
    content: z.object({ parts: z.array(part).default([]) }).optional(),
    finishReason: z.string().optional(),
    finishMessage: z.string().optional(),
  });
  const feedback = z.object({ blockReason: z.string().optional(), blockReasonMessage: z.string().optional() });
  const usage = z.object({ promptTokenCount: count, candidatesTokenCount: count, thoughtsTokenCount: count });
  return z.object({
    candidates: z.array(candidate).default([]),
    promptFeedback: feedback.optional(),
    usageMetadata: usage.prefault({}),
    modelVersion: z.string().optional(),
  });
}

/** Made for the first answer: a start without an extraction need not wait for it. */
let schema: ReturnType<typeof responseSchema> | undefined;

/** How a call of the model ended. */
export interface GeminiAnswer {
  /** What it wrote, empty where it wrote nothing. */
  readonly text: string;
  readonly tokens: { readonly input: number; readonly output: number };
  /** The exact model; undefined where the answer does not say. */
  readonly modelVersion?: string | undefined;
  /** Why the text is no whole answer; no further call would give one, but where it was cut off. @default it is a whole answer */
  readonly refusal?: { readonly reason: UnextractableReason; readonly message: string } | undefined;
}

/** Reasons to stop that are about the content, and would be the same the next time (reference: `FinishReason`). */
const BLOCKED = new Set(['SAFETY', 'RECITATION', 'LANGUAGE', 'BLOCKLIST', 'PROHIBITED_CONTENT', 'SPII', 'MODEL_ARMOR']);

/**
 * Reads an answer with the status 200.
 *
 * @throws Error when it says nothing: another attempt may succeed
 */
export function readAnswer(body: string): GeminiAnswer {
  const { candidates, promptFeedback, usageMetadata: usage, modelVersion } = parse(body);
  const [candidate] = candidates;
  const parts = candidate?.content?.parts ?? [];
  const answer = {
    text: parts.flatMap(({ text, thought }) => (thought ? [] : text)).join(''),
    tokens: { input: usage.promptTokenCount, output: usage.candidatesTokenCount + usage.thoughtsTokenCount },
    modelVersion,
  };
  const { blockReason, blockReasonMessage } = promptFeedback ?? {};
  if (blockReason !== undefined) return { ...answer, refusal: blocked(blockReason, blockReasonMessage) };

  const { finishReason = 'none', finishMessage } = candidate ?? {};
  if (finishReason === 'STOP' && answer.text !== '') return answer;
  if (BLOCKED.has(finishReason)) return { ...answer, refusal: blocked(finishReason, finishMessage) };
  if (finishReason === 'MAX_TOKENS') {
    const message =
      "The model's answer was cut off at its limit of tokens: ask for fewer fields, or choose another model.";
    return { ...answer, refusal: { reason: 'extraction-too-long', message } };
  }
  throw new Error(`The model gave no answer; finish reason ${finishReason}${detail(finishMessage)}.`);
}

function parse(body: string): z.output<ReturnType<typeof responseSchema>> {
  schema ??= responseSchema();
  let problem: string;
  try {
    const { data, error } = schema.safeParse(JSON.parse(body));
    if (data !== undefined) return data;
    const [issue] = error.issues;
    problem = `${issue?.path.join('.') || 'it'}: ${issue?.message}`;
  } catch (error) {
    problem = (error as Error).message;
  }
  throw new Error(`Vertex AI's answer is not one of generateContent: ${problem}.`);
}

function blocked(reason: string, message: string | undefined) {
  return {
    reason: 'extraction-blocked',
    message: `The model may not answer about this document: ${reason}${detail(message)}.`,
  } as const;
}

function detail(message: string | undefined): string {
  return message ? ` (${message.replace(/[\s.]+$/, '')})` : '';
}
