import { only, resources, stackJson, stackProblems } from '../synthesised-stack.ts';

const kmsKey = 'projects/my-keys/locations/us-central1/keyRings/papers/cryptoKeys/documents';

test('encrypts the service and every bucket', () => {
  const json = stackJson({ kmsKey });
  expect(only(json, 'google_cloud_run_v2_service').template.encryption_key).toBe(kmsKey);
  const buckets = Object.values(json.resource.google_storage_bucket ?? {});
  expect(buckets.map(({ encryption }) => encryption)).toEqual(Array(3).fill({ default_kms_key_name: kmsKey }));
});

test('lets the service agents of Cloud Storage and Cloud Run use the key, and no one else', () => {
  const grants = resources(stackJson({ kmsKey })).filter(({ type }) => type === 'google_kms_crypto_key_iam_member');
  /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */
  expect(grants.map(({ block }) => [block.crypto_key_id, block.member, block.role])).toEqual([
    [
      kmsKey,
      'serviceAccount:service-${data.google_project.project.number}@serverless-robot-prod.iam.gserviceaccount.com',
      'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    ],
    [
      kmsKey,
      '${data.google_storage_project_service_account.key_storage-agent_6254FBB7.member}',
      'roles/cloudkms.cryptoKeyEncrypterDecrypter',
    ],
  ]);
  /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own references */
});

test.each(['documents', `${kmsKey}/cryptoKeyVersions/1`])("refuses the key '%s'", (name) => {
  expect(stackProblems({ kmsKey: name })).toEqual([
    "A key is named 'projects/P/locations/L/keyRings/R/cryptoKeys/K', without a version; " +
      `received '${name}': copy its resource name.`,
  ]);
});

test('refuses a key of another region', () => {
  expect(stackProblems({ kmsKey, location: 'europe-west1' })).toEqual([
    "A key encrypts only what is in its own region; received a key of 'us-central1' for 'europe-west1': " +
      'make one there, or deploy to its region.',
  ]);
});
