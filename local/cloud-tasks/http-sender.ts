import { Agent as HttpAgent, request as httpRequest, type IncomingMessage } from 'node:http';
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https';
import type { JSONWebKeySet } from 'jose';
import { readBody } from '../read-body.ts';
import type { Answer, AttemptRequest } from './attempt.ts';
import type { Authorization } from './task.ts';

/** Bytes of an answer's body that are kept; the rest is read and dropped. */
const KEPT_BODY_BYTES = 16 * 1024;

/** Who signs the tokens of dispatches. */
export interface TokenSource {
  idToken(options: { email: string; audience: string }): Promise<string>;
  accessToken(email: string): Promise<string> | string;
  /** The public keys of ID tokens. Where somebody else serves them, there is no need. */
  jwks?(): Promise<JSONWebKeySet> | JSONWebKeySet;
}

/**
 * Delivers attempts over HTTP, on connections that are kept alive. Not by the built-in `fetch`: that gives up after 300 s without an
 * answer, and a dispatch deadline may be 1,800 s.
 */
export class HttpSender {
  readonly #resolveTarget: (url: string) => string;
  readonly #tokens: TokenSource | undefined;
  readonly #http = new HttpAgent({ keepAlive: true });
  readonly #https = new HttpsAgent({ keepAlive: true });

  /**
   * @param resolveTarget the name service: where a URL really leads. The request keeps the URL's own Host.
   * @param tokens without them a task's request for a token is not met: the attempt goes unsigned
   */
  constructor(resolveTarget: (url: string) => string, tokens: TokenSource | undefined) {
    this.#resolveTarget = resolveTarget;
    this.#tokens = tokens;
  }

  /** Sends an attempt. @throws Error when the target cannot be reached, or the signal aborts */
  readonly send = async (attempt: AttemptRequest, signal: AbortSignal): Promise<Answer> => {
    const bearer = attempt.authorization && (await this.#bearer(attempt.authorization, attempt.url));
    const url = new URL(attempt.url);
    const resolved = this.#resolveTarget(attempt.url);
    const headers: Record<string, string> = {
      ...attempt.headers,
      Host: url.host,
      ...(attempt.body && { 'Content-Length': String(attempt.body.length) }),
      ...(bearer !== undefined && { Authorization: `Bearer ${bearer}` }),
    };
    return this.#request(attempt, resolved === attempt.url ? url : new URL(resolved), headers, signal);
  };

  /** Ends the connections that are kept alive. */
  close(): void {
    this.#http.destroy();
    this.#https.destroy();
  }

  async #bearer(authorization: Authorization, url: string): Promise<string | undefined> {
    const email = authorization.serviceAccountEmail;
    if (authorization.kind === 'oauth') return this.#tokens?.accessToken(email);
    // The default audience is the whole URL, its query included (reference: `OidcToken.audience`).
    return this.#tokens?.idToken({ email, audience: authorization.audience ?? url });
  }

  #request(attempt: AttemptRequest, url: URL, headers: Record<string, string>, signal: AbortSignal): Promise<Answer> {
    const secure = url.protocol === 'https:';
    const options = { method: attempt.method, headers, signal, agent: secure ? this.#https : this.#http };
    return new Promise((resolve, reject) => {
      const request = (secure ? httpsRequest : httpRequest)(url, options, (response) => {
        readAnswer(response).then(resolve, reject);
      });
      // Never sent again from here, not even on a kept connection that was reset: the target may have seen it, and a delivery that is
      // no counted attempt would hide that it died.
      request.on('error', reject);
      request.end(attempt.body);
    });
  }
}

async function readAnswer(response: IncomingMessage): Promise<Answer> {
  const { statusCode: status = 0, headers } = response;
  // An answer that breaks off is none.
  return { kind: 'response', status, headers, body: await readBody(response, KEPT_BODY_BYTES) };
}
