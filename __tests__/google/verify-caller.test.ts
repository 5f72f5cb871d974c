import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createLocalJWKSet, exportJWK, generateKeyPair, SignJWT, UnsecuredJWT } from 'jose';
import {
  AuthenticationError,
  googleKeys,
  RecentTokens,
  type TokenRules,
  verifyCaller,
} from '../../google/verify-caller.ts';

const AUDIENCE = 'https://documents-1.us-central1.run.app';
const NOW = Date.UTC(2026, 0, 1) / 1000;
const CLAIMS = {
  iss: 'https://accounts.google.com',
  aud: AUDIENCE,
  iat: NOW,
  exp: NOW + 3600,
  email: 'invoker@p.iam.gserviceaccount.com',
  email_verified: true,
};

const google = await generateKeyPair('RS256');
const stranger = await generateKeyPair('RS256');
const publicKey = await exportJWK(google.publicKey);
let rules: TokenRules;
beforeEach(() => {
  rules = {
    audience: AUDIENCE,
    acceptRemovedSignature: false,
    keys: createLocalJWKSet({ keys: [{ ...publicKey, kid: 'k1', alg: 'RS256' }] }),
    clock: { now: () => NOW * 1000, setTimeout: () => ({ timer: 0 }), clearTimeout: () => {} },
    recent: new RecentTokens(),
  };
});

const sign = (claims: object, key = google.privateKey) =>
  new SignJWT({ ...claims }).setProtectedHeader({ alg: 'RS256', kid: 'k1' }).sign(key);
const removeSignature = (token: string) => token.replace(/[^.]*$/, 'SIGNATURE_REMOVED_BY_GOOGLE');

async function refusal(authorization: string | undefined, changed: Partial<TokenRules> = {}): Promise<string> {
  const error = await verifyCaller(authorization, { ...rules, ...changed }).catch((thrown: unknown) => thrown);
  if (!(error instanceof AuthenticationError)) throw new Error(`not refused: ${error}`);
  return `${error.httpStatus} ${error.message}`;
}

test("a token that Google signed is its bearer's email", async () => {
  expect(await verifyCaller(`Bearer ${await sign(CLAIMS)}`, rules)).toBe(CLAIMS.email);
});

test.each([undefined, '', 'Basic YTpi', 'Bearer', 'Bearer a b'])('%j is no bearer token', async (header) => {
  expect(await refusal(header)).toBe('401 A bearer token is required: Authorization: Bearer ID_TOKEN.');
});

test.each([
  ['issuer', { iss: 'https://evil.example' }, 'The token must be a Google ID token with a verified email; wrong: iss.'],
  ['email', { email: undefined }, 'The token must be a Google ID token with a verified email; wrong: email.'],
  [
    'unverified email',
    { email_verified: false },
    'The token must be a Google ID token with a verified email; wrong: email_verified.',
  ],
  ['audience', { aud: 'https://other.run.app' }, "The token's audience must be this service."],
  [
    'several audiences',
    { aud: [AUDIENCE, 'x'] },
    'The token must be a Google ID token with a verified email; wrong: aud.',
  ],
  ['expiry', { exp: NOW - 61 }, 'The token has expired.'],
  ['no expiry', { exp: undefined }, 'The token must be a Google ID token with a verified email; wrong: exp.'],
  ['future', { iat: NOW + 61 }, 'The token is not valid yet.'],
])('a wrong %s is refused, with and without its signature', async (_name, changed, message) => {
  const token = await sign({ ...CLAIMS, ...changed });
  expect(await refusal(`Bearer ${token}`)).toBe(`401 ${message}`);
  expect(await refusal(`Bearer ${removeSignature(token)}`, { acceptRemovedSignature: true })).toBe(`401 ${message}`);
});

test('a minute of clock skew is allowed both ways', async () => {
  for (const changed of [{ exp: NOW - 60 }, { iat: NOW + 60 }]) {
    const token = await sign({ ...CLAIMS, ...changed });
    expect(await verifyCaller(`Bearer ${token}`, rules)).toBe(CLAIMS.email);
  }
  for (const changed of [{ exp: NOW - 60.001 }, { iat: NOW + 60.001 }]) {
    expect(await refusal(`Bearer ${await sign({ ...CLAIMS, ...changed })}`)).toMatch(/^401 The token/);
  }
});

test("a service that does not know its URL takes no token, not even one for ''", async () => {
  const token = await sign({ ...CLAIMS, aud: '' });
  expect(await refusal(`Bearer ${token}`, { audience: '' })).toBe("401 The token's audience must be this service.");
});

const UNSIGNED = "401 The token is not one that Google's keys have signed.";

test("a stranger's key, no signature at all, HS256 with the public key, and rubbish are refused", async () => {
  const hs256 = new SignJWT(CLAIMS).setProtectedHeader({ alg: 'HS256', kid: 'k1' });
  const secret = new TextEncoder().encode(JSON.stringify(publicKey));
  const forged = [
    await sign(CLAIMS, stranger.privateKey),
    new UnsecuredJWT(CLAIMS).encode(),
    await hs256.sign(secret),
    'a.b.c',
    'e30.e30.',
    'SIGNATURE_REMOVED_BY_GOOGLE',
  ];
  for (const token of forged) expect(await refusal(`Bearer ${token}`)).toBe(UNSIGNED);
  for (const token of forged) expect(await refusal(`Bearer ${token}`, { acceptRemovedSignature: true })).toBe(UNSIGNED);
});

test('a removed signature is accepted only in the mode for it', async () => {
  const token = `Bearer ${removeSignature(await sign(CLAIMS))}`;
  expect(await refusal(token)).toBe(UNSIGNED);
  expect(await verifyCaller(token, { ...rules, acceptRemovedSignature: true })).toBe(CLAIMS.email);
  // That it was accepted in that mode must not let it in without.
  expect(await refusal(token)).toBe(UNSIGNED);
});

describe('a token that was verified', () => {
  /** Rules whose keys count how often they are asked for, and whose clock shows what `at` says. */
  function countingRules() {
    const state = { asked: 0, at: NOW };
    const keys: TokenRules['keys'] = (...token) => {
      state.asked++;
      return rules.keys(...token);
    };
    const clock = { ...rules.clock, now: () => state.at * 1000 };
    return { state, counting: { ...rules, keys, clock } };
  }

  test('is not verified again for a minute', async () => {
    const { state, counting } = countingRules();
    const authorization = `Bearer ${await sign(CLAIMS)}`;
    for (const seconds of [0, 1, 59]) {
      state.at = NOW + seconds;
      expect(await verifyCaller(authorization, counting)).toBe(CLAIMS.email);
    }
    expect(state.asked).toBe(1);
    state.at = NOW + 60;
    expect(await verifyCaller(authorization, counting)).toBe(CLAIMS.email);
    expect(state.asked).toBe(2);
  });

  test('expires all the same, and is for its audience only', async () => {
    const { state, counting } = countingRules();
    const authorization = `Bearer ${await sign({ ...CLAIMS, exp: NOW - 50 })}`;
    expect(await verifyCaller(authorization, counting)).toBe(CLAIMS.email);
    state.at = NOW + 11;
    expect(await refusal(authorization, counting)).toBe('401 The token has expired.');
    expect(await refusal(authorization, { ...counting, audience: 'https://other.run.app' })).toBe(
      "401 The token's audience must be this service.",
    );
    expect(state.asked).toBe(1);
  });

  test('vouches for no other: a claim or a signature that was changed is refused', async () => {
    const { counting } = countingRules();
    const token = await sign(CLAIMS);
    expect(await verifyCaller(`Bearer ${token}`, counting)).toBe(CLAIMS.email);
    const [header, , signature] = token.split('.');
    const claims = Buffer.from(JSON.stringify({ ...CLAIMS, email: 'other@p.iam.gserviceaccount.com' }));
    expect(await refusal(`Bearer ${header}.${claims.toString('base64url')}.${signature}`, counting)).toBe(UNSIGNED);
    expect(await refusal(`Bearer ${removeSignature(token)}`, counting)).toBe(UNSIGNED);
  });

  test('is forgotten when a hundred others came after it; what was refused takes no place', async () => {
    const { state, counting } = countingRules();
    const first = `Bearer ${await sign(CLAIMS)}`;
    const others = await Promise.all(Array.from({ length: 100 }, (_, i) => sign({ ...CLAIMS, sub: String(i) })));
    await verifyCaller(first, counting);
    for (const token of others.slice(1)) await verifyCaller(`Bearer ${token}`, counting);
    for (const token of others) await refusal(`Bearer ${token.slice(0, -4)}AAAA`, counting);
    const asked = state.asked;
    await verifyCaller(first, counting);
    expect(state.asked).toBe(asked);
    await verifyCaller(`Bearer ${others[0]}`, counting);
    await verifyCaller(first, counting);
    expect(state.asked).toBe(asked + 2);
  });
});

describe("Google's keys", () => {
  async function withKeyServer(answer: { status: number; body: string }, use: (url: string) => Promise<void>) {
    const server = createServer((_request, response) => {
      response.writeHead(answer.status, { 'Content-Type': 'application/json' }).end(answer.body);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await use(`http://127.0.0.1:${(server.address() as AddressInfo).port}/certs`);
    } finally {
      server.close();
    }
  }

  test('are fetched from where the setting says', async () => {
    const body = JSON.stringify({ keys: [{ ...publicKey, kid: 'k1' }] });
    await withKeyServer({ status: 200, body }, async (url) => {
      expect(await verifyCaller(`Bearer ${await sign(CLAIMS)}`, { ...rules, keys: googleKeys(url) })).toBe(
        CLAIMS.email,
      );
    });
  });

  test.each([
    { status: 500, body: '' },
    { status: 200, body: 'no keys' },
    { status: 200, body: '{}' },
  ])('that cannot be had are 503, never "let in": %j', async (answer) => {
    await withKeyServer(answer, async (url) => {
      expect(await refusal(`Bearer ${await sign(CLAIMS)}`, { keys: googleKeys(url) })).toBe(
        "503 Google's signing keys cannot be fetched; try again.",
      );
    });
  });

  test('behind a closed port are 503 as well', async () => {
    let closed = '';
    await withKeyServer({ status: 200, body: '' }, async (url) => {
      closed = url;
    });
    expect(await refusal(`Bearer ${await sign(CLAIMS)}`, { keys: googleKeys(closed) })).toMatch(/^503 /);
  });
});

test('a token that is remembered again costs none of the others its place', () => {
  const recent = new RecentTokens();
  const token = { claims: { ...CLAIMS, email_verified: true }, signature: 'checked' } as const;
  for (let i = 0; i < 100; i++) recent.add(`Bearer ${i}`, token, NOW);
  recent.add('Bearer 99', token, NOW);
  expect(recent.get('Bearer 0', NOW)).toMatchObject(token);
});
