import type { GoogleAuth, gaxios } from 'google-auth-library';
import { abortable } from '../time/deadline.ts';
import { call, originOf } from './http-call.ts';
import { readUpTo } from './read-up-to.ts';

const SCOPES = 'https://www.googleapis.com/auth/cloud-platform';

/** Of an answer to a REST client: far more than any that is asked for here. */
const MAX_ANSWER_BYTES = 16 * 2 ** 20;

let auth: Promise<GoogleAuth> | undefined;

/**
 * The service's own identity, from the metadata server or wherever Application Default Credentials lead. It keeps tokens until
 * shortly before they expire.
 *
 * Given to a REST client of Google's as its `auth`, it also sends what that client calls, over connections that are kept.
 */
export function googleAuth(): Promise<GoogleAuth> {
  auth ??= loadAuth();
  return auth;
}

/**
 * An access token of the service's own identity.
 *
 * @throws Error when there are no credentials
 */
export async function accessToken(): Promise<string> {
  const token = await (await googleAuth()).getAccessToken();
  if (!token)
    throw new Error('No access token: set up Application Default Credentials (gcloud auth application-default login).');
  return token;
}

/** As {@link googleAuth}, for a server that asks nobody who they are: looks for no credentials, and sends none. */
export async function anonymousAuth(): Promise<GoogleAuth> {
  const { GoogleAuth, PassThroughClient } = await import('google-auth-library');
  return sendingByHttp(new GoogleAuth({ authClient: new PassThroughClient() }));
}

/** The library is loaded when it is first needed: a start need not wait for it. */
async function loadAuth(): Promise<GoogleAuth> {
  const { GoogleAuth } = await import('google-auth-library');
  return sendingByHttp(new GoogleAuth({ scopes: SCOPES }));
}

function sendingByHttp(loaded: GoogleAuth): GoogleAuth {
  loaded.fetch = async <T>(...[url, init]: Parameters<GoogleAuth['fetch']>) =>
    (await send(loaded, new URL(url as string), init as ClientCall)) as unknown as gaxios.GaxiosResponse<T>;
  return loaded;
}

/** What Google's client calls `fetch` with, beside the URL. */
interface ClientCall {
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
}

/** All that the client looks at of a Response. */
interface ClientResponse {
  readonly status: number;
  readonly ok: boolean;
  arrayBuffer(): Promise<Uint8Array>;
}

/**
 * Google's REST clients send everything by their `auth`'s `fetch`. Here that is node:http: gaxios and node-fetch, the library's
 * own way, took 60 % of the processor's time of creating a task. Refusals come back as they are, 401 and 403 too: the client
 * makes its errors of them.
 */
async function send(credentials: GoogleAuth, url: URL, init: ClientCall): Promise<ClientResponse> {
  const { method, headers, body, signal } = init;
  const authorization = await abortable(credentials.getRequestHeaders(url), signal);
  const answer = await call(originOf(url), url.pathname + url.search, {
    method,
    headers: { ...Object.fromEntries(headers), ...Object.fromEntries(authorization) },
    body,
    signal,
  });
  const tooLarge = () => new Error(`${url.host} answered with more than ${MAX_ANSWER_BYTES} bytes.`);
  const bytes = await readUpTo(answer, MAX_ANSWER_BYTES, tooLarge);
  const status = answer.statusCode as number;
  return { status, ok: status >= 200 && status < 300, arrayBuffer: async () => bytes };
}
