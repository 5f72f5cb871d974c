import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { json } from 'node:stream/consumers';

/** A request as the server saw it. */
export interface SeenRequest {
  readonly method: string | undefined;
  readonly path: string | undefined;
  readonly headers: IncomingMessage['headers'];
  // biome-ignore lint/suspicious/noExplicitAny: JSON, looked at by each test as far as it matters there
  readonly body: any;
}

/** What the server does with a request. */
export type Reaction = (response: ServerResponse) => void;

/** Vertex AI as far as `generateContent` goes, in the shapes that its reference publishes: answers in the order they are given. */
export async function startGeminiServer() {
  const requests: SeenRequest[] = [];
  const reactions: Reaction[] = [];
  const server = createServer(async (request, response) => {
    const { method, url: path, headers } = request;
    requests.push({ method, path, headers, body: await json(request) });
    (reactions.shift() ?? refuses(500, 'INTERNAL', 'No answer is left.'))(response);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    baseUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    /** What comes next, and forgets what was before. */
    plan(...next: Reaction[]) {
      requests.length = 0;
      reactions.splice(0, reactions.length, ...next);
    },
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

/** Answers with the status 200 and this body. */
export function answers(body: unknown): Reaction {
  return (response) => {
    response.writeHead(200, { 'Content-Type': 'application/json; charset=UTF-8' });
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

/** A whole answer of the model, by default of 100 tokens for 10. */
export function writes(text: string, more: object = {}): Reaction {
  return answers({
    candidates: [{ content: { role: 'model', parts: [{ text }] }, finishReason: 'STOP', avgLogprobs: -0.1 }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 10, totalTokenCount: 110, trafficType: 'ON_DEMAND' },
    modelVersion: 'gemini-test-001',
    createTime: '2026-01-01T00:00:00.000000Z',
    responseId: 'r1',
    ...more,
  });
}

/** A model that stops for another reason than that it is done. */
export function stops(finishReason: string, finishMessage?: string, text?: string): Reaction {
  const content = text === undefined ? {} : { content: { role: 'model', parts: [{ text }] } };
  return answers({
    candidates: [{ ...content, finishReason, ...(finishMessage && { finishMessage }) }],
    usageMetadata: { promptTokenCount: 100, candidatesTokenCount: 5, totalTokenCount: 105 },
    modelVersion: 'gemini-test-001',
  });
}

/** Google's error model. */
export function refuses(code: number, status: string, message: string, headers: Record<string, string> = {}): Reaction {
  return (response) => {
    response.writeHead(code, { 'Content-Type': 'application/json; charset=UTF-8', ...headers });
    response.end(JSON.stringify({ error: { code, message, status } }));
  };
}
