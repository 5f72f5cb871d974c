import { createHmac, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { createLocalJWKSet, type JWK } from 'jose';
import { VirtualClock } from '../../../time/virtual-clock.ts';

export const AUDIENCE = 'https://documents-1.us-central1.run.app';
export const INVOKER = 'invoker@my-project.iam.gserviceaccount.com';
/** May call the service, but is not the invoker. */
export const CALLER = 'caller@my-project.iam.gserviceaccount.com';

/** Seconds; what the clock of `setUp` shows. */
export const NOW = new VirtualClock().now() / 1000;

const google = generateKeyPairSync('rsa', { modulusLength: 2048 });
let strangersKeys: ReturnType<typeof generateKeyPairSync> | undefined;
/** Made when it is needed: a key pair takes as long as many a suite. */
const stranger = () => {
  strangersKeys ??= generateKeyPairSync('rsa', { modulusLength: 2048 });
  return strangersKeys;
};
const googleJwk: JWK = { ...google.publicKey.export({ format: 'jwk' }), kid: 'k1', alg: 'RS256', use: 'sig' };

export const googleKeySet = createLocalJWKSet({ keys: [googleJwk] });
/** A key that is not Google's, as a forger would offer it in a token's header. */
export const strangerJwk = () => stranger().publicKey.export({ format: 'jwk' });

export const GOOD_HEADER = { alg: 'RS256', kid: 'k1', typ: 'JWT' };

export function claimsOf(email: string): Record<string, unknown> {
  return { iss: 'https://accounts.google.com', aud: AUDIENCE, iat: NOW, exp: NOW + 3600, email, email_verified: true };
}

export const encode = (part: unknown): string =>
  Buffer.from(typeof part === 'string' ? part : JSON.stringify(part)).toString('base64url');

/** A token that Google signed; strings are taken as they are, so that a part can be no JSON. */
export function signedByGoogle(header: unknown, claims: unknown): string {
  return signedBy(google.privateKey, header, claims);
}

export function signedByStranger(header: unknown, claims: unknown): string {
  return signedBy(stranger().privateKey, header, claims);
}

function signedBy(key: KeyObject, header: unknown, claims: unknown): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${sign('sha256', Buffer.from(content), key).toString('base64url')}`;
}

/** The forms in which a public key, which everybody knows, could be mistaken for the secret of an HMAC. */
export const PUBLIC_KEY_FORMS: readonly (string | Buffer)[] = [
  google.publicKey.export({ format: 'pem', type: 'spki' }),
  google.publicKey.export({ format: 'pem', type: 'pkcs1' }),
  google.publicKey.export({ format: 'der', type: 'spki' }),
  JSON.stringify(googleJwk),
  String(googleJwk.n),
  '',
];

export function signedByHmac(secret: string | Buffer, header: unknown, claims: unknown): string {
  const content = `${encode(header)}.${encode(claims)}`;
  return `${content}.${createHmac('sha256', secret).update(content).digest('base64url')}`;
}

/** A token as Cloud Run passes it on: it has checked the signature, and nobody else can. */
export function withRemovedSignature(header: unknown, claims: unknown): string {
  return `${encode(header)}.${encode(claims)}.SIGNATURE_REMOVED_BY_GOOGLE`;
}
