import { checkInvoker } from '../../../local/cloud-run/invoker-check.ts';
import { IamPolicy } from '../../../local/iam-roles.ts';
import { TokenIssuer } from '../../../local/token-issuer.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';

const email = 'caller@p.iam.gserviceaccount.com';
const service = { resource: 'projects/p/locations/l/services/s', audiences: ['https://s.example', 'custom'] };
const tokens = await TokenIssuer.create(new VirtualClock());
const policy = new IamPolicy();
policy.grant({ resource: service.resource, role: 'roles/run.invoker', member: `serviceAccount:${email}` });
const check = (headers: Record<string, string>, iam = policy) =>
  checkInvoker({ headers, service, tokens, policy: iam });
const token = await tokens.idToken({ email, audience: 'https://s.example' });
const [header, claims] = token.split('.');

test('a permitted caller goes in without the signature of its token', async () => {
  expect(await check({ authorization: `Bearer ${token}`, 'x-other': '1' })).toEqual({
    permitted: true,
    headers: { authorization: `Bearer ${header}.${claims}.SIGNATURE_REMOVED_BY_GOOGLE`, 'x-other': '1' },
  });
});

test('a custom audience is as good as the URL', async () => {
  const custom = await tokens.idToken({ email, audience: 'custom' });
  expect(await check({ authorization: `bearer ${custom}` })).toMatchObject({ permitted: true });
});

test('X-Serverless-Authorization is checked instead of Authorization, which goes in as it is', async () => {
  expect(await check({ authorization: 'Bearer own', 'x-serverless-authorization': `Bearer ${token}` })).toMatchObject({
    permitted: true,
    headers: {
      authorization: 'Bearer own',
      'x-serverless-authorization': `Bearer ${header}.${claims}.SIGNATURE_REMOVED_BY_GOOGLE`,
    },
  });
  expect(await check({ authorization: `Bearer ${token}`, 'x-serverless-authorization': 'Bearer x' })).toMatchObject({
    status: 401,
  });
});

const other = tokens.idToken({ email: 'other@p.iam.gserviceaccount.com', audience: 'custom' });
test.each([
  ['no token', undefined, 403, 'the request has no ID token'],
  ['an empty header', '', 401, 'authorization is not "Bearer TOKEN"'],
  ['another scheme', `Basic ${token}`, 401, 'authorization is not "Bearer TOKEN"'],
  ['a token with a broken signature', `Bearer ${token.slice(0, -8)}AAAAAAAA`, 401, 'signature verification failed'],
  [
    'a token without signature',
    `Bearer ${header}.${claims}.SIGNATURE_REMOVED_BY_GOOGLE`,
    401,
    'signature verification failed',
  ],
  [
    'another audience',
    tokens.idToken({ email, audience: 'https://other.example' }).then((t) => `Bearer ${t}`),
    401,
    '"aud"',
  ],
  [
    'an account without run.invoker',
    other.then((t) => `Bearer ${t}`),
    403,
    'other@p.iam.gserviceaccount.com has no roles/run.invoker',
  ],
  ['an access token', `Bearer ${tokens.accessToken(email).token}`, 401, 'not valid'],
])('refused: %s', async (_what, authorization, status, reason) => {
  const value = await authorization;
  expect(await check(value === undefined ? {} : { authorization: value })).toEqual({
    permitted: false,
    status,
    reason: expect.stringContaining(reason),
  });
});

test('a public service lets in callers without a token, but none with a bad one', async () => {
  const open = new IamPolicy();
  open.grant({ resource: service.resource, role: 'roles/run.invoker', member: 'allUsers' });
  expect(await check({}, open)).toEqual({ permitted: true, headers: {} });
  expect(await check({ authorization: 'Bearer x' }, open)).toMatchObject({ status: 401 });
});
