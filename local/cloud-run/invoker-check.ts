import type { IncomingHttpHeaders } from 'node:http';
import { bearerToken } from '../access-control.ts';
import { type IamPolicy, memberOf } from '../iam-roles.ts';
import type { TokenIssuer } from '../token-issuer.ts';
import type { RunService } from './run-service.ts';

/** What Cloud Run puts in the place of a token's signature once it has checked it, so that the container cannot use the token. */
const REMOVED_SIGNATURE = 'SIGNATURE_REMOVED_BY_GOOGLE';

/** A permitted request: the headers to pass on. A refused one: Cloud Run's status, and why for the local log. */
export type InvokerVerdict =
  | { readonly permitted: true; readonly headers: IncomingHttpHeaders }
  | { readonly permitted: false; readonly status: 401 | 403; readonly reason: string };

export interface InvokerCheckOptions {
  readonly headers: IncomingHttpHeaders;
  readonly service: Pick<RunService, 'resource' | 'audiences'>;
  readonly tokens: Pick<TokenIssuer, 'verifyIdToken'>;
  readonly policy: IamPolicy;
}

/**
 * Whether the caller may invoke the service: `run.routes.invoke` for the member behind a good ID token.
 *
 * The token is in X-Serverless-Authorization, which wins, or in Authorization. Without one the caller is nobody in particular, which
 * Cloud Run answers with 403; a bad one is 401.
 */
export async function checkInvoker({ headers, service, tokens, policy }: InvokerCheckOptions): Promise<InvokerVerdict> {
  const name = headers['x-serverless-authorization'] === undefined ? 'authorization' : 'x-serverless-authorization';
  const authorization = headers[name];
  if (authorization === undefined) {
    if (policy.allows(undefined, 'run.routes.invoke', service.resource)) return { permitted: true, headers };
    return { permitted: false, status: 403, reason: 'the request has no ID token' };
  }
  const token = bearerToken(String(authorization));
  if (token === undefined) return { permitted: false, status: 401, reason: `${name} is not "Bearer TOKEN"` };

  let email: string;
  try {
    email = await tokens.verifyIdToken(token, service.audiences);
  } catch (error) {
    return { permitted: false, status: 401, reason: (error as Error).message };
  }
  if (!policy.allows(memberOf(email), 'run.routes.invoke', service.resource)) {
    return { permitted: false, status: 403, reason: `${email} has no roles/run.invoker on the service` };
  }
  const [header, claims] = token.split('.');
  return { permitted: true, headers: { ...headers, [name]: `Bearer ${header}.${claims}.${REMOVED_SIGNATURE}` } };
}
