import fc from 'fast-check';
import { requireLinearTime } from '../../growth.ts';
import { hostileApp } from './hostile-app.ts';
import {
  AUDIENCE,
  CALLER,
  claimsOf,
  encode,
  GOOD_HEADER,
  INVOKER,
  NOW,
  PUBLIC_KEY_FORMS,
  signedByGoogle,
  signedByHmac,
  signedByStranger,
  strangerJwk,
  withRemovedSignature,
} from './tokens.ts';

const TARGETS = [
  ['POST', '/tasks/process-document'],
  ['POST', '/tasks/check-document'],
  ['POST', '/documents'],
  ['GET', '/documents/a1'],
  ['GET', '/admin'],
] as const;
const target = fc.constantFrom(...TARGETS);

const checking = hostileApp();
const behindCloudRun = hostileApp({ acceptRemovedSignature: true });

/** A request that would change something, if only its token were good. */
function requestTo([method, path]: (typeof TARGETS)[number], authorization: string, headers = {}): Request {
  return new Request(AUDIENCE + path, {
    method,
    headers: { ...headers, Authorization: authorization },
    ...(method === 'POST' && { body: JSON.stringify(checking.task) }),
  });
}

/** Each request with a bearer token of the kind, to each of the two modes, is 401. */
function allRefused<T>(values: fc.Arbitrary<T>, tokenOf: (value: T) => string, numRuns: number): Promise<void> {
  const property = fc.asyncProperty(target, values, async (to, value) => {
    const authorization = `Bearer ${tokenOf(value)}`;
    await checking.expectRefusal(requestTo(to, authorization), 401);
    await behindCloudRun.expectRefusal(requestTo(to, authorization), 401);
  });
  return fc.assert(property, { seed: 1, numRuns });
}

const names = ['__proto__', 'constructor', 'toString', 'hasOwnProperty'];
const junk = fc.oneof(fc.jsonValue({ maxDepth: 2 }), fc.constantFrom(...names, '', 'null', -1, 0, 2 ** 53, 1e308));
const EMAILS = [INVOKER, CALLER];

const wrongClaims = fc.oneof(
  fc.record({ aud: junk.filter((aud) => aud !== AUDIENCE) }),
  fc.record({ aud: fc.constantFrom([AUDIENCE], `${AUDIENCE}/`, `${AUDIENCE}.evil.example`, AUDIENCE.toUpperCase()) }),
  fc.record({
    iss: fc.oneof(junk, fc.constantFrom('https://accounts.google.com/', 'accounts.google.com.evil.example')),
  }),
  fc.record({ exp: fc.oneof(fc.integer({ max: NOW - 61 }), fc.string(), fc.constant(null), fc.constant(undefined)) }),
  fc.record({ iat: fc.oneof(fc.integer({ min: NOW + 61 }), fc.string(), fc.constant(null), fc.constant(undefined)) }),
  fc.record({ email: junk.filter((email) => typeof email !== 'string' || email === '') }),
  fc.record({ email_verified: fc.oneof(junk, fc.constantFrom('true', 1, false, undefined)) }),
  fc.constantFrom(...Object.keys(claimsOf(INVOKER)).map((name) => ({ [name]: undefined }))),
);

const wrongPayload = fc.oneof(
  fc.string(),
  fc.constantFrom('null', '[]', '""', '{', '{}', `{"__proto__":${JSON.stringify(claimsOf(INVOKER))}}`),
  fc.constantFrom('aud', 'iss', 'email_verified').map((name) =>
    // Given twice, first right and then wrong.
    JSON.stringify(claimsOf(INVOKER)).replace(/}$/, `,"${name}":"x"}`),
  ),
  fc.integer({ min: 1, max: 3000 }).map((depth) => '{"a":'.repeat(depth) + '1'.padEnd(depth + 1, '}')),
);

const wrongHeader = fc.oneof(
  fc.record({
    alg: fc.constantFrom('none', 'None', 'NONE', 'HS256', 'RS384', 'PS256', 'ES256', 'EdDSA', ...names, ''),
  }),
  fc.record({ alg: junk.filter((alg) => alg !== 'RS256') }),
  fc.record({ kid: fc.oneof(junk, fc.constantFrom('k2', '../../../../dev/null', "k1' OR '1'='1", 'K1', 'k1\0')) }),
  fc.record({ crit: fc.oneof(junk, fc.constantFrom(['b64'], ['x'], [])), b64: junk.filter((b64) => b64 !== true) }),
);

/** Keys that a forger brings along. */
const offeredKeys = fc.constantFrom(
  { jwk: strangerJwk() },
  { jwk: strangerJwk(), kid: undefined },
  { jku: 'http://127.0.0.1:9/keys' },
  { x5u: 'http://127.0.0.1:9/certificate' },
  { x5c: ['MIIB'], kid: 'x' },
  {},
);

test('the same requests get through with a good token, so that a refusal means something', async () => {
  const { app, changes } = hostileApp();
  const good = `Bearer ${signedByGoogle(GOOD_HEADER, claimsOf(INVOKER))}`;
  expect((await app.fetch(requestTo(TARGETS[2], good))).status).toBe(202);
  expect((await app.fetch(requestTo(TARGETS[0], good))).status).toBe(200);
  expect((await app.fetch(requestTo(TARGETS[3], good))).status).toBe(200);
  expect(changes).toContain('object p-results/state/6ce14823-a1/0000000.00001.end');
});

test('headers that are no bearer token are 401', async () => {
  const header = fc.oneof(
    fc.stringMatching(/^[\x21-\x7e\x80-\xff][\x20-\x7e]{0,80}$/),
    fc.stringMatching(/^(Basic|bearer|Bearer|Token|Digest) [\w+/=.~ ,-]{0,120}$/),
    fc.constantFrom('', 'Bearer', 'Bearer ', 'Bearer a, Bearer b', 'Bearer\ta.b.c'),
  );
  const property = fc.asyncProperty(target, header, (to, value) => checking.expectRefusal(requestTo(to, value), 401));
  await fc.assert(property, { seed: 1, numRuns: 1500 });
});

test('tokens that are built of anything are 401', async () => {
  const part = fc.oneof(
    fc.base64String().map((text) => text.replaceAll(/[+/=]/g, '_')),
    fc.constantFrom('', 'e30', 'null'),
  );
  const ending = fc.constantFrom('', '.', '.SIGNATURE_REMOVED_BY_GOOGLE', 'SIGNATURE_REMOVED_BY_GOOGLE');
  const tokens = fc.tuple(fc.array(part, { minLength: 1, maxLength: 5 }), ending);
  await allRefused(tokens, ([parts, end]) => `x${parts.join('.')}${end}`, 600);
});

test('a good token with any byte changed is 401', async () => {
  const good = signedByGoogle(GOOD_HEADER, claimsOf(INVOKER));
  const bytesOf = (token: string) => token.split('.').map((part) => Buffer.from(part, 'base64url').toString('hex'));
  const damage = fc
    .record({ at: fc.nat(good.length - 1), by: fc.constantFrom(...'AZaz09-_.'), cut: fc.nat(2) })
    .map(({ at, by, cut }) => good.slice(0, at) + by + good.slice(at + cut))
    // The last characters have bits that stand for nothing.
    .filter((token) => bytesOf(token).join() !== bytesOf(good).join());
  await allRefused(damage, (token) => token, 300);
});

test("a stranger's signature is 401, whatever keys the header offers", async () => {
  const header = fc.tuple(fc.oneof(wrongHeader, fc.constant({})), offeredKeys).map(([a, b]) => ({ ...a, ...b }));
  const forgery = fc.tuple(header, fc.constantFrom(...EMAILS));
  await allRefused(
    forgery,
    ([changed, email]) => signedByStranger({ ...GOOD_HEADER, ...changed }, claimsOf(email)),
    300,
  );
});

test("Google's signature under a header that it does not belong to is 401", async () => {
  await allRefused(wrongHeader, (changed) => signedByGoogle({ ...GOOD_HEADER, ...changed }, claimsOf(INVOKER)), 200);
});

test('an HMAC with the public key as its secret is 401', async () => {
  const forgery = fc.tuple(fc.constantFrom('HS256', 'HS384', 'RS256', 'none'), fc.constantFrom(...PUBLIC_KEY_FORMS));
  await allRefused(forgery, ([alg, key]) => signedByHmac(key, { ...GOOD_HEADER, alg }, claimsOf(INVOKER)), 100);
});

test('no signature is 401', async () => {
  const forgery = fc.tuple(
    fc.constantFrom('none', 'None', 'RS256', ''),
    fc.constantFrom(...EMAILS),
    fc.constantFrom('.', ''),
  );
  await allRefused(
    forgery,
    ([alg, email, end]) => `${encode({ ...GOOD_HEADER, alg })}.${encode(claimsOf(email))}${end}`,
    60,
  );
});

test('wrong claims are 401, even signed by Google', async () => {
  const claims = fc.oneof(
    fc.tuple(wrongClaims, fc.constantFrom(...EMAILS)).map(([wrong, email]) => ({ ...claimsOf(email), ...wrong })),
    wrongPayload,
  );
  await allRefused(claims, (payload) => signedByGoogle(GOOD_HEADER, payload), 400);
});

test('wrong claims are 401 where Cloud Run has checked the signature', async () => {
  const claims = fc.oneof(
    fc.tuple(wrongClaims, fc.constantFrom(...EMAILS)).map(([wrong, email]) => ({ ...claimsOf(email), ...wrong })),
    wrongPayload,
  );
  const property = fc.asyncProperty(target, claims, (to, payload) =>
    behindCloudRun.expectRefusal(requestTo(to, `Bearer ${withRemovedSignature(GOOD_HEADER, payload)}`), 401),
  );
  await fc.assert(property, { seed: 1, numRuns: 1500 });
});

test('a removed signature is 401 where Cloud Run has not checked it', async () => {
  const token = `Bearer ${withRemovedSignature(GOOD_HEADER, claimsOf(INVOKER))}`;
  for (const to of TARGETS) {
    await checking.expectRefusal(requestTo(to, token), 401);
    // It checks X-Serverless-Authorization instead, where that is present: the other may be forged.
    const own = `Bearer ${withRemovedSignature(GOOD_HEADER, claimsOf(CALLER))}`;
    await behindCloudRun.expectRefusal(requestTo(to, token, { 'X-Serverless-Authorization': own }), 401);
    await behindCloudRun.expectRefusal(requestTo(to, token, { 'X-Serverless-Authorization': '' }), 401);
  }
});

test('huge tokens are 401, and time grows no faster than they do', async () => {
  await requireLinearTime(async (length) => {
    const claims = { ...claimsOf(INVOKER), aud: 'x'.repeat(length) };
    for (const token of [
      withRemovedSignature(GOOD_HEADER, claims),
      signedByStranger(GOOD_HEADER, claims),
      'a'.repeat(length),
      'a.'.repeat(length),
    ]) {
      await checking.expectRefusal(requestTo(TARGETS[0], `Bearer ${token}`), 401);
      await behindCloudRun.expectRefusal(requestTo(TARGETS[0], `Bearer ${token}`), 401);
    }
  }, 250_000);
});
