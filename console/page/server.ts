import type { Action, Done } from '../actions.ts';
import type { About } from '../shown.ts';

/** What the server refused, in its words. */
export class ServerError extends Error {
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Turns the launch token of the address into a cookie, and takes it out of the address and the history. */
export async function enter(): Promise<void> {
  const token = new URLSearchParams(location.hash.slice(1)).get('token');
  if (token === null) return;
  history.replaceState(null, '', location.pathname + location.search);
  await post('/api/session', JSON.stringify({ token }));
}

export async function about(): Promise<About> {
  return (await answerOf(fetch('/api/about'))) as About;
}

export function act(action: Action): Promise<Done> {
  return post('/api/actions', JSON.stringify(action)) as Promise<Done>;
}

export function sendFile(file: File): Promise<Done> {
  const path = `/api/files?name=${encodeURIComponent(file.name)}`;
  return post(path, file, 'application/octet-stream') as Promise<Done>;
}

function post(path: string, body: BodyInit, type = 'application/json'): Promise<unknown> {
  return answerOf(fetch(path, { method: 'POST', body, headers: { 'Content-Type': type } }));
}

async function answerOf(request: Promise<Response>): Promise<unknown> {
  const response = await request.catch(() => {
    throw new ServerError(0, 'The console does not answer.');
  });
  const answer = (await response.json().catch(() => ({}))) as { error?: string };
  if (!response.ok) throw new ServerError(response.status, answer.error ?? `The console answered ${response.status}.`);
  return answer;
}
