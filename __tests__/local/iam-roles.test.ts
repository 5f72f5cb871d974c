import { IamPolicy, memberOf, PROJECT_OWNER } from '../../local/iam-roles.ts';

const bucket = 'buckets/results';
const writer = 'serviceAccount:runtime@p.iam.gserviceaccount.com';

test('a grant gives the permissions of its role, on its resource, to its member alone', () => {
  const policy = new IamPolicy();
  policy.grant({ resource: bucket, role: 'roles/storage.objectViewer', member: writer });
  expect(policy.allows(writer, 'storage.objects.get', bucket)).toBe(true);
  expect(policy.allows(writer, 'storage.objects.create', bucket)).toBe(false);
  expect(policy.allows(writer, 'storage.objects.get', 'buckets/other')).toBe(false);
  expect(policy.allows('user:someone@example.com', 'storage.objects.get', bucket)).toBe(false);
});

test('the owner of the project may do everything', () => {
  expect(new IamPolicy().allows(PROJECT_OWNER, 'storage.objects.delete', bucket)).toBe(true);
});

test('allUsers stands for callers without credentials too, allAuthenticatedUsers does not', () => {
  const policy = new IamPolicy();
  policy.grant({ resource: 'services/open', role: 'roles/run.invoker', member: 'allUsers' });
  policy.grant({ resource: 'services/known', role: 'roles/run.invoker', member: 'allAuthenticatedUsers' });
  expect(policy.allows(undefined, 'run.routes.invoke', 'services/open')).toBe(true);
  expect(policy.allows(undefined, 'run.routes.invoke', 'services/known')).toBe(false);
  expect(policy.allows(writer, 'run.routes.invoke', 'services/known')).toBe(true);
});

test('a role that the local Google does not know is refused with the ones that it knows', () => {
  const grant = { resource: bucket, role: 'roles/storage.admin', member: writer };
  expect(() => new IamPolicy().grant(grant)).toThrow(
    /knows the roles roles\/aiplatform.user, roles\/cloudtasks.enqueuer, .*; received roles\/storage.admin for serviceAccount:runtime@.* on buckets\/results/,
  );
});

test('an email of a service account and one of a person are different members', () => {
  expect(memberOf('a@p.iam.gserviceaccount.com')).toBe('serviceAccount:a@p.iam.gserviceaccount.com');
  expect(memberOf('owner@example.com')).toBe(PROJECT_OWNER);
});
