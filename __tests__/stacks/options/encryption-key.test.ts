import { only, resources, stackJson, stackProblems } from '../synthesised-stack.ts';

const kmsKey = 'projects/my-keys/locations/us-central1/keyRings/papers/cryptoKeys/documents';

test('encrypts the service and every bucket', () => {
  const json = stackJson({ kmsKey });
  expect(only(json, 'google_cloud_run_v2_service').template.encryption_key).toBe(kmsKey);
  const buckets = Object.values(json.resource.google_storage_bucket ?? {});
  expect(buckets.map(({ encryption }) => encryption)).toEqual(Array(3).fill({ default_kms_key_name: kmsKey }));
});

const former = kmsKey.replace(/documents$/, 'earlier');
const grantsOf = (props: Parameters<typeof stackJson>[0]) =>
  resources(stackJson(props)).filter(({ type }) => type === 'google_kms_crypto_key_iam_member');

test('lets the service agents of Cloud Storage and Cloud Run use the key, and no one else', () => {
  const grants = grantsOf({ kmsKey }).map(({ block }) => [block.crypto_key_id, block.role, block.member]);
  const role = 'roles/cloudkms.cryptoKeyEncrypterDecrypter';
  expect(grants).toEqual([
    [
      kmsKey,
      role,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own references
      'serviceAccount:service-${data.google_project.project.number}@serverless-robot-prod.iam.gserviceaccount.com',
    ],
    [kmsKey, role, expect.stringMatching(/^\$\{data\.google_storage_project_service_account\.key-.*\.member\}$/)],
  ]);
});

test('a key that is replaced keeps its very grants for as long as it is named among the former ones', () => {
  const addresses = (props: Parameters<typeof stackJson>[0]) => grantsOf(props).map(({ address }) => address);
  const before = addresses({ kmsKey: former });
  expect(before).toHaveLength(2);
  expect(addresses({ kmsKey, formerKmsKeys: [former] })).toEqual(expect.arrayContaining(before));
  expect(addresses({ formerKmsKeys: [former] })).toEqual(before);
  expect(addresses({ kmsKey })).not.toEqual(expect.arrayContaining(before));
});

test('a former key encrypts nothing new', () => {
  const json = stackJson({ formerKmsKeys: [former] });
  expect(only(json, 'google_cloud_run_v2_service').template).not.toHaveProperty('encryption_key');
  for (const bucket of Object.values(json.resource.google_storage_bucket ?? {})) {
    expect(bucket).not.toHaveProperty('encryption');
  }
});

test('a key that is named twice is granted once', () => {
  expect(grantsOf({ kmsKey, formerKmsKeys: [kmsKey, former, former] })).toHaveLength(4);
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
