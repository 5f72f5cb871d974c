import type { JSONWebKeySet } from 'jose';
import type { Clock } from '../../time/clock.ts';
import { TokenIssuer } from '../token-issuer.ts';
import type { TokenSource } from './http-sender.ts';

/** Signs with keys of its own. They are made when they are needed first: that takes a tenth of a second. */
export function ownTokens(clock: Pick<Clock, 'now'>): Required<TokenSource> {
  let made: Promise<TokenIssuer> | undefined;
  const issuer = () => {
    made ??= TokenIssuer.create(clock);
    return made;
  };
  return {
    idToken: async (options) => (await issuer()).idToken(options),
    accessToken: async (email) => (await issuer()).accessToken(email).token,
    jwks: async (): Promise<JSONWebKeySet> => (await issuer()).jwks(),
  };
}
