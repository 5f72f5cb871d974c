import { generateKeyPairSync, sign } from 'node:crypto';
import { createServer } from 'node:http';
import { jest } from '@jest/globals';
import { googleKeys, RecentTokens, verifyCaller } from '../../../google/verify-caller.ts';
import { closeServer, listen } from '../../../local/listen.ts';
import { AUDIENCE, CALLER, claimsOf, encode, NOW } from './tokens.ts';

function makeKey(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const content = `${encode({ alg: 'RS256', kid })}.${encode(claimsOf(CALLER))}`;
  const token = `${content}.${sign('sha256', Buffer.from(content), privateKey).toString('base64url')}`;
  return { token, jwk: { ...publicKey.export({ format: 'jwk' }), kid, alg: 'RS256', use: 'sig' } };
}

const [first, second] = [makeKey('k1'), makeKey('k2')];
let published = [first.jwk];
let fetched = 0;
const server = createServer((_request, response) => {
  fetched++;
  response.writeHead(200, { 'Content-Type': 'application/json' }).end(JSON.stringify({ keys: published }));
});
let keys: ReturnType<typeof googleKeys>;
let elapsed = 0;

beforeAll(async () => {
  const port = await listen(server, { port: 0, what: 'the keys', option: 'none' });
  keys = googleKeys(`http://127.0.0.1:${port}/certs`);
  const start = Date.now();
  // The set of keys ages by the machine's clock.
  jest.spyOn(Date, 'now').mockImplementation(() => start + elapsed);
});
afterAll(async () => {
  jest.restoreAllMocks();
  await closeServer(server);
});

/** The email that a token stands for, or the status and words of its refusal. */
async function callerOf({ token }: { token: string }): Promise<string> {
  const clock = { now: () => NOW * 1000, setTimeout: () => ({ timer: 0 }), clearTimeout: () => {} };
  const rules = { audience: AUDIENCE, acceptRemovedSignature: false, keys, clock, recent: new RecentTokens() };
  return verifyCaller(`Bearer ${token}`, rules).catch((error) => `${error.httpStatus} ${error.message}`);
}

const REFUSED = "401 The token is not one that Google's keys have signed.";

test("Google's keys are followed as they change", async () => {
  expect(await callerOf(first)).toBe(CALLER);
  expect(await callerOf(second)).toBe(REFUSED);

  // A new key works as soon as a token names it, but whoever makes names up cannot have the keys fetched all the time.
  published = [first.jwk, second.jwk];
  expect(await callerOf(second)).toBe(REFUSED);
  for (let i = 0; i < 20; i++) expect(await callerOf(makeForgery(i))).toBe(REFUSED);
  expect(fetched).toBe(1);
  elapsed += 11_000;
  expect(await callerOf(second)).toBe(CALLER);
  expect(await callerOf(first)).toBe(CALLER);
  expect(fetched).toBe(2);

  // A key that was taken back works for ten minutes at most.
  published = [second.jwk];
  elapsed += 601_000;
  expect(await callerOf(first)).toBe(REFUSED);
  expect(await callerOf(second)).toBe(CALLER);
});

function makeForgery(number: number): { token: string } {
  const [, claims, signature] = first.token.split('.');
  return { token: `${encode({ alg: 'RS256', kid: `made-up-${number}` })}.${claims}.${signature}` };
}
