import { AccessControl, bearerToken } from '../../local/access-control.ts';
import { IamPolicy } from '../../local/iam-roles.ts';

const policy = new IamPolicy();
policy.grant({ resource: 'buckets/b', role: 'roles/storage.objectViewer', member: 'user:reader@example.com' });
policy.grant({ resource: 'buckets/public', role: 'roles/storage.objectViewer', member: 'allUsers' });
const access = new AccessControl(
  { whoIs: (token) => ({ r: 'reader@example.com', o: 'other@example.com' })[token] },
  policy,
);

test.each([
  ['the member of a grant', 'Bearer r', 'buckets/b', 'allowed'],
  ['a scheme in lower case', 'bearer r', 'buckets/b', 'allowed'],
  ['another account', 'Bearer o', 'buckets/b', 'denied'],
  ['a token that nobody holds', 'Bearer x', 'buckets/b', 'unauthenticated'],
  ['another scheme', 'Basic r', 'buckets/b', 'unauthenticated'],
  ['no credentials', undefined, 'buckets/b', 'unauthenticated'],
  ['no credentials on a public resource', undefined, 'buckets/public', 'allowed'],
  ['a bad token on a public resource', 'Bearer x', 'buckets/public', 'unauthenticated'],
])('%s: %s on %s is %s', (_what, authorization, resource, verdict) => {
  expect(access.check({ authorization, permission: 'storage.objects.get', resource })).toBe(verdict);
});

test.each([
  ['Bearer a.b.c', 'a.b.c'],
  ['Bearer', undefined],
  ['Bearer a b', undefined],
  ['', undefined],
  [undefined, undefined],
])('the token of %p is %p', (header, token) => {
  expect(bearerToken(header)).toBe(token);
});
