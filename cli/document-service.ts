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
export type ShownDocument = z.output<typeof documentSchema>;

/** The service does not do what was asked. */
class ServiceError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

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
  async enqueue(request: z.input<typeof enqueueRequestSchema>, signal: AbortSignal): Promise<ShownDocument> {
    return this.#call('/documents', { method: 'POST', body: JSON.stringify(request), signal });
  }

  /** Waits for a document that hands itself in. */
  async appears(documentId: string, signal: AbortSignal): Promise<ShownDocument> {
    for (;;) {
      const document = await this.get(documentId, signal).catch((error) => {
        if ((error as ServiceError).status === 404) return undefined;
        throw error;
      });
      if (document !== undefined) return document;
      await delay(POLL_MS, undefined, { signal });
    }
  }

  async get(documentId: string, signal: AbortSignal): Promise<ShownDocument> {
    return this.#call(`/documents/${documentId}`, { signal });
  }

  /** Looks at a document again and again: each look, up to the one that finds its outcome. */
  async *looksAt(documentId: string, signal: AbortSignal): AsyncGenerator<ShownDocument> {
    for (;;) {
      const document = await this.get(documentId, signal);
      yield document;
      if (document.status === 'COMPLETED' || document.status === 'FAILED') return;
      await delay(POLL_MS, undefined, { signal });
    }
  }

  async #call(path: string, init: RequestInit): Promise<ShownDocument> {
    const response = await fetch(this.#url + path, {
      ...init,
      headers: { Authorization: `Bearer ${await this.#token()}`, 'Content-Type': 'application/json' },
    });
    const body = await response.text();
    if (response.ok) return documentSchema.parse(JSON.parse(body));
    throw new ServiceError(response.status, `The service answered ${response.status}: ${detailOf(body)}`);
  }
}

function detailOf(body: string): string {
  try {
    return (JSON.parse(body) as { detail: string }).detail;
  } catch {
    return body.trim();
  }
}
