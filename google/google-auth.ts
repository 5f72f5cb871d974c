import type { GoogleAuth, gaxios } from 'google-auth-library';
import { abortable } from '../time/deadline.ts';
import { bytesOf, call, originOf } from './http-call.ts';

const SCOPES = 'https://www.googleapis.com/auth/cloud-platform';

let auth: Promise<GoogleAuth> | undefined;

/**
 * The service's own identity, from the metadata server or wherever Application Default Credentials lead. The library is loaded
 * when it is first needed, and keeps tokens until shortly before they expire.
 *
 * Given to a REST client of Google's as its `auth`, it also sends what that client calls, over connections that are kept.
 */
export function googleAuth(): Promise<GoogleAuth> {
  auth ??= import('google-auth-library').then(
    (library) => new (sendingOverHttp(library.GoogleAuth))({ scopes: SCOPES }),
  );
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

/**
 * Google's REST clients send everything by their `auth`'s `fetch`. Here that is node:http: gaxios and node-fetch, the library's
 * own way, took 60 % of the processor's time of creating a task. Refusals come back as they are, 401 and 403 too: the client
 * makes its errors of them.
 */
function sendingOverHttp(Base: typeof GoogleAuth): typeof GoogleAuth {
  return class extends Base {
    override async fetch<T>(...[input, init]: Parameters<GoogleAuth['fetch']>): Promise<gaxios.GaxiosResponse<T>> {
      const { method, headers, body, signal } = init as ClientCall;
      const url = new URL(input as string);
      const credentials = await abortable(this.getRequestHeaders(url), signal);
      const answer = await call(originOf(url), url.pathname + url.search, {
        method,
        headers: { ...Object.fromEntries(headers), ...Object.fromEntries(credentials) },
        body,
        signal,
      });
      const bytes = await bytesOf(answer);
      const status = answer.statusCode as number;
      // All that the client looks at of a Response.
      const response = { status, ok: status >= 200 && status < 300, arrayBuffer: async () => bytes };
      return response as unknown as gaxios.GaxiosResponse<T>;
    }
  };
}

/** What Google's client calls `fetch` with, beside the URL. */
interface ClientCall {
  readonly method: string;
  readonly headers: Headers;
  readonly body?: string | Uint8Array;
  readonly signal: AbortSignal;
}
