import type { AttemptRequest } from './attempt.ts';
import { invalidArgument } from './errors.ts';
import type { HttpTargetMessage } from './messages.ts';
import type { Authorization, HttpRequest } from './task.ts';

/** What a queue says about the requests of all its tasks (reference: `Queue.http_target`). */
export type HttpTarget = HttpTargetMessage;
type UriOverride = NonNullable<HttpTarget['uriOverride']>;

/** The ports that a URI can name; 0 takes the URI's away (reference: `UriOverride.port`). */
const MAX_PORT = 65_535;

/** @throws CloudTasksError INVALID_ARGUMENT for each broken rule */
export function checkHttpTarget({ uriOverride, httpMethod, headerOverrides, ...tokens }: HttpTarget): void {
  if (uriOverride?.host === '') throw invalidArgument('UriOverride.host cannot be empty.');
  if (uriOverride?.host !== undefined && URL.parse(`https://${uriOverride.host}`)?.host !== uriOverride.host) {
    throw invalidArgument(`UriOverride.host must be a host name; received '${uriOverride.host.slice(0, 100)}'.`);
  }
  const { port = 0 } = uriOverride ?? {};
  if (port < 0 || port > MAX_PORT) {
    throw invalidArgument(`UriOverride.port must be from 0 to ${MAX_PORT}; received ${port}.`);
  }
  if (headerOverrides?.some(({ header }) => !header?.key)) {
    throw invalidArgument('HttpTarget.headerOverrides must each have a header.key.');
  }
  authorizationOf(tokens, 'HttpTarget');
}

/** Who the bearer of a message's token is, if it asks for one. @throws CloudTasksError INVALID_ARGUMENT */
export function authorizationOf(
  { oidcToken, oauthToken }: Pick<HttpTarget, 'oidcToken' | 'oauthToken'>,
  owner: 'HttpRequest' | 'HttpTarget',
): Authorization | undefined {
  if (oidcToken && oauthToken) {
    throw invalidArgument(`${owner} takes either oidcToken or oauthToken; received both.`);
  }
  const token = oidcToken ?? oauthToken;
  if (!token) return undefined;
  const serviceAccountEmail = token.serviceAccountEmail ?? '';
  if (!serviceAccountEmail.includes('@')) {
    const field = oidcToken ? 'OidcToken' : 'OAuthToken';
    const received = serviceAccountEmail.replace(/[^\x20-\x7e]/g, '?').slice(0, 100);
    throw invalidArgument(`${field}.serviceAccountEmail must be an email; received '${received}'.`);
  }
  return oidcToken
    ? { kind: 'oidc', serviceAccountEmail, ...(oidcToken.audience && { audience: oidcToken.audience }) }
    : { kind: 'oauth', serviceAccountEmail, ...(oauthToken?.scope && { scope: oauthToken.scope }) };
}

/** The headers of a new task: the queue's replace the caller's of the same name, in any case. */
export function withHeaderOverrides(
  headers: HttpRequest['headers'],
  { headerOverrides = [] }: HttpTarget,
): Record<string, string> {
  const overrides = headerOverrides.map(({ header }): [string, string] => [header?.key ?? '', header?.value ?? '']);
  const replaced = new Set(overrides.map(([name]) => name.toLowerCase()));
  const kept = Object.entries(headers).filter(([name]) => !replaced.has(name.toLowerCase()));
  return Object.fromEntries([...kept, ...overrides]);
}

/**
 * An attempt as the queue wants it. It applies when an attempt leaves, so that a change of the queue reaches tasks that are waiting. With
 * GET the task's own body is left out (reference: `HttpTarget.http_method`).
 */
export function withTargetOverrides(request: AttemptRequest, target: HttpTarget): AttemptRequest {
  const { uriOverride, httpMethod = 'HTTP_METHOD_UNSPECIFIED' } = target;
  const authorization = authorizationOf(target, 'HttpTarget') ?? request.authorization;
  const method = httpMethod === 'HTTP_METHOD_UNSPECIFIED' ? request.method : httpMethod;
  const { body, ...rest } = request;
  return {
    ...rest,
    method,
    url: uriOverride ? overriddenUrl(request.url, uriOverride) : request.url,
    ...(body && method !== 'GET' && { body }),
    ...(authorization && { authorization }),
  };
}

/**
 * A URL with what a queue overrides in it. IF_NOT_EXISTS fills in only what the URL lacks.
 *
 * @param url '' where a task has none: then the override needs a host
 */
export function overriddenUrl(url: string, override: UriOverride): string {
  const { scheme = 'SCHEME_UNSPECIFIED', host, port, pathOverride, queryOverride, uriOverrideEnforceMode } = override;
  const result = new URL(url || `https://${host}/`);
  const always = uriOverrideEnforceMode !== 'IF_NOT_EXISTS' || url === '';
  if (always && scheme !== 'SCHEME_UNSPECIFIED') result.protocol = scheme.toLowerCase();
  if (always && host !== undefined) result.host = host;
  if (port !== undefined && (always || result.port === '')) result.port = port === 0 ? '' : String(port);
  if (pathOverride && (always || result.pathname === '/')) result.pathname = pathOverride.path ?? '';
  if (queryOverride && (always || result.search === '')) result.search = queryOverride.queryParams ?? '';
  return result.href;
}
