import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import type { enqueueRequestSchema } from '../handler/enqueue-document.ts';

const POLL_MS = 150;

const documentSchema = z.object({
  documentId: z.string(),
  epoch: z.number(),
  status: z.enum(['PENDING', 'PROCESSING', 'COMPLETED', 'FAILED']),
  attempts: z.number(),
  result: z
    .object({
      markdownUri: z.string(),
      metadataUri: z.string(),
      fieldsUri: z.string().optional(),
      pages: z.number().optional(),
      characters: z.number(),
      partial: z.boolean().optional(),
    })
    .optional(),
  error: z.object({ reason: z.string(), message: z.string() }).optional(),
});

/** A document as `GET /documents/{id}` shows it. */
export type Document = z.output<typeof documentSchema>;

/** A deployed or local service, as one of its callers sees it. */
export class DocumentService {
  readonly #url: string;
  readonly #token: () => Promise<string>;

  /**
   * @param url where the service answers
   * @param token an ID token of a caller, for the service's audience
   */
  constructor(url: string, token: () => Promise<string>) {
    this.#url = url;
    this.#token = token;
  }

  /** @throws Error with the service's words when it does not accept the document */
  async enqueue(request: z.input<typeof enqueueRequestSchema>, signal: AbortSignal): Promise<Document> {
    return this.#call('/documents', { method: 'POST', body: JSON.stringify(request), signal });
  }

  async get(documentId: string, signal: AbortSignal): Promise<Document> {
    return this.#call(`/documents/${documentId}`, { signal });
  }

  /**
   * Polls until the document has its outcome.
   *
   * @param onWait called after each look that found no outcome; what it throws ends the following
   * @param onChange called with each state that differs from the one before
   */
  async follow(
    documentId: string,
    onWait: (document: Document) => void,
    onChange: (document: Document) => void,
    signal: AbortSignal,
  ): Promise<Document> {
    for (let last = ''; ; await delay(POLL_MS, undefined, { signal })) {
      const document = await this.get(documentId, signal);
      const state = `${document.status} ${document.attempts}`;
      if (state !== last) onChange(document);
      if (document.status === 'COMPLETED' || document.status === 'FAILED') return document;
      onWait(document);
      last = state;
    }
  }

  async #call(path: string, init: RequestInit): Promise<Document> {
    const response = await fetch(this.#url + path, {
      ...init,
      headers: { Authorization: `Bearer ${await this.#token()}`, 'Content-Type': 'application/json' },
    });
    const body = await response.text();
    if (response.ok) return documentSchema.parse(JSON.parse(body));
    throw new Error(`The service answered ${response.status}: ${detailOf(body)}`);
  }
}

function detailOf(body: string): string {
  try {
    return (JSON.parse(body) as { detail: string }).detail;
  } catch {
    return body.trim();
  }
}
