import { AUDIENCE, claimsOf, GOOD_HEADER, withRemovedSignature } from './tokens.ts';

/** A request whose token is good, as Cloud Run passes it on. */
export function requestAs(email: string, method: string, path: string, init: RequestInit = {}): Request {
  const headers = new Headers(init.headers);
  headers.set('Authorization', `Bearer ${withRemovedSignature(GOOD_HEADER, claimsOf(email))}`);
  return new Request(AUDIENCE + path, { ...init, method, headers, duplex: 'half' });
}
