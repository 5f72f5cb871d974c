import { createHmac } from 'node:crypto';
import { createLocalJWKSet, decodeJwt, jwtVerify } from 'jose';
import { TokenIssuer, uniqueIdOf } from '../../local/token-issuer.ts';
import { VirtualClock } from '../../time/virtual-clock.ts';

const email = 'invoker@p.iam.gserviceaccount.com';
const audience = 'https://service.example';
const clock = new VirtualClock();
const issuer = await TokenIssuer.create(clock);
const valid = await issuer.idToken({ email, audience });

test('an ID token verifies with the public keys, and has the claims that Google gives it', async () => {
  const { payload, protectedHeader } = await jwtVerify(valid, createLocalJWKSet(issuer.jwks()), {
    currentDate: new Date(clock.now()),
  });
  const iat = clock.now() / 1000;
  expect(protectedHeader).toMatchObject({ alg: 'RS256', kid: issuer.jwks().keys[0]?.kid });
  expect(payload).toEqual({
    iss: 'https://accounts.google.com',
    aud: audience,
    azp: uniqueIdOf(email),
    sub: uniqueIdOf(email),
    email,
    email_verified: true,
    iat,
    exp: iat + 3600,
  });
});

test('the public keys have nothing private in them', () => {
  for (const key of issuer.jwks().keys) expect(Object.keys(key).sort()).toEqual(['alg', 'e', 'kid', 'kty', 'n', 'use']);
});

test('a good ID token is its account', async () => {
  await expect(issuer.verifyIdToken(valid, ['other', audience])).resolves.toBe(email);
});

const claims = decodeJwt(valid);
const encode = (json: object) => Buffer.from(JSON.stringify(json)).toString('base64url');
const [header, payload, signature] = valid.split('.') as [string, string, string];
const kid = issuer.jwks().keys[0]?.kid as string;
const confused = `${encode({ alg: 'HS256', kid })}.${payload}`;
const broken: [what: string, token: string | Promise<string>, message: RegExp][] = [
  ['no token at all', '', /Invalid Compact JWS/],
  ['three words', 'a.b.c', /not valid/],
  ['alg none', `${encode({ alg: 'none' })}.${payload}.`, /"alg" \(Algorithm\) Header Parameter value not allowed/],
  [
    'HS256 with the public key',
    `${confused}.${createHmac('sha256', JSON.stringify(issuer.jwks().keys[0])).update(confused).digest('base64url')}`,
    /"alg" \(Algorithm\) Header Parameter value not allowed/,
  ],
  [
    'a changed claim',
    `${header}.${encode({ ...claims, email: 'owner@example.com' })}.${signature}`,
    /signature verification failed/,
  ],
  ['a removed signature', `${header}.${payload}.SIGNATURE_REMOVED_BY_GOOGLE`, /signature verification failed/],
  [
    "another issuer's key",
    TokenIssuer.create(clock).then((other) => other.idToken({ email, audience })),
    /no applicable key found/,
  ],
  ['another audience', issuer.idToken({ email, audience: 'https://other.example' }), /unexpected "aud" claim value/],
];
test.each(broken)('refused: %s', async (_what, token, message) => {
  await expect(issuer.verifyIdToken(await token, [audience])).rejects.toThrow(message);
});

test('an ID token is good for an hour and not a second longer', async () => {
  const time = new VirtualClock();
  const own = await TokenIssuer.create(time);
  const token = await own.idToken({ email, audience });
  await time.advance(3_599_000);
  await expect(own.verifyIdToken(token, [audience])).resolves.toBe(email);
  await time.advance(1000);
  await expect(own.verifyIdToken(token, [audience])).rejects.toThrow(/"exp" claim timestamp check failed/);
});

test('an ID token from the future is refused beyond a minute of skew', async () => {
  let now = 1_900_000_000_000;
  const own = await TokenIssuer.create({ now: () => now });
  const token = await own.idToken({ email, audience });
  now -= 60_000;
  await expect(own.verifyIdToken(token, [audience])).resolves.toBe(email);
  now -= 1000;
  await expect(own.verifyIdToken(token, [audience])).rejects.toThrow(
    'The ID token is not valid: issued in the future.',
  );
});

test('an access token is known until its hour is over, and replaced five minutes before', async () => {
  const time = new VirtualClock();
  const own = await TokenIssuer.create(time);
  const first = own.accessToken(email);
  expect(first.expiresInSeconds).toBe(3600);
  await time.advance(3_299_000);
  expect(own.accessToken(email)).toEqual({ token: first.token, expiresInSeconds: 301 });
  await time.advance(1000);
  expect(own.accessToken(email).token).not.toBe(first.token);
  expect(own.whoIs(first.token)).toBe(email);
  await time.advance(300_000);
  expect(own.whoIs(first.token)).toBeUndefined();
});

test('a made-up access token is nobody', () => {
  expect(issuer.whoIs('ya29.made-up')).toBeUndefined();
});

test('the unique id of an account has 21 digits and stays the same', () => {
  expect(uniqueIdOf(email)).toMatch(/^1\d{20}$/);
  expect(uniqueIdOf(email)).toBe(uniqueIdOf(email));
  expect(uniqueIdOf(email)).not.toBe(uniqueIdOf(`x${email}`));
});
