import type { Construct } from 'constructs';
import { PrivateBucket } from '../../stacks/private-bucket.ts';
import { jsonOf, only } from './synthesised-stack.ts';

function bucket(scope: Construct, forceDestroy?: boolean): PrivateBucket {
  const place = { name: 'my-bucket', location: 'europe-west1', projectId: 'my-project' };
  return new PrivateBucket(scope, 'documents', forceDestroy === undefined ? place : { ...place, forceDestroy });
}

test('cannot be made public, and keeps its objects when it is destroyed', () => {
  expect(only(jsonOf(bucket), 'google_storage_bucket')).toEqual({
    name: 'my-bucket',
    location: 'europe-west1',
    project: 'my-project',
    force_destroy: false,
    uniform_bucket_level_access: true,
    public_access_prevention: 'enforced',
  });
});

test('goes with its objects when it is told to', () => {
  expect(
    only(
      jsonOf((scope) => bucket(scope, true)),
      'google_storage_bucket',
    ).force_destroy,
  ).toBe(true);
});

test.each([
  ['grantRead', 'roles/storage.objectViewer'],
  ['grantReadWrite', 'roles/storage.objectUser'],
] as const)('%s gives %s on this bucket alone', (grant, role) => {
  const json = jsonOf((scope) => bucket(scope)[grant]('somebody', 'user:a@example.com'));
  expect(only(json, 'google_storage_bucket_iam_member')).toEqual({
    // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own references
    bucket: '${google_storage_bucket.documents.name}',
    role,
    member: 'user:a@example.com',
  });
});
