import { type Block, stackJson, stackProblems } from '../synthesised-stack.ts';

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */

const json = stackJson({ enqueueUploads: { prefix: 'inbox/', suffixes: ['.pdf', '.docx'] } });
const of = (type: string): Block[] => Object.values(json.resource[type] ?? {});

test('nothing of it is there by default', () => {
  const types = Object.keys(stackJson().resource);
  expect(types.filter((type) => /pubsub|notification$/.test(type))).toEqual([]);
});

test('Cloud Storage tells of finished objects under the prefix, once its agent may', () => {
  expect(of('google_storage_notification')).toMatchObject([
    {
      bucket: '${google_storage_bucket.documents.name}',
      event_types: ['OBJECT_FINALIZE'],
      object_name_prefix: 'inbox/',
      payload_format: 'NONE',
      depends_on: [expect.stringMatching(/^google_pubsub_topic_iam_member\.uploads_publisher-storage/)],
    },
  ]);
});

test('the subscription pushes to the service with a token of its own identity, with backoff, and sets aside', () => {
  const [push] = of('google_pubsub_subscription').filter(({ push_config }) => push_config);
  const audience = 'https://document-processing-dev-${data.google_project.project.number}.us-central1.run.app';
  expect(push).toMatchObject({
    push_config: {
      push_endpoint: `${audience}/events/upload`,
      oidc_token: { audience, service_account_email: expect.stringMatching(/uploads_identity.*\.email/) },
    },
    ack_deadline_seconds: 60,
    retry_policy: { minimum_backoff: '10s', maximum_backoff: '600s' },
    dead_letter_policy: { max_delivery_attempts: 10 },
    expiration_policy: { ttl: '' },
  });
});

test('what is set aside is kept for seven days by a subscription that never ends', () => {
  const [kept] = of('google_pubsub_subscription').filter(({ push_config }) => !push_config);
  expect(kept).toMatchObject({
    name: 'document-processing-dev-uploads-failed',
    message_retention_duration: '604800s',
    expiration_policy: { ttl: '' },
  });
});

test('the handler knows whose messages to take, and which names are documents', () => {
  const [service] = of('google_cloud_run_v2_service');
  const env = Object.fromEntries(
    service?.template.containers[0].env.map(({ name, value }: Block) => [name, value]) ?? [],
  );
  expect(env).toMatchObject({
    UPLOADS_SERVICE_ACCOUNT: expect.stringMatching(/uploads_identity.*\.email/),
    UPLOADS_PREFIX: 'inbox/',
    UPLOADS_SUFFIXES: '.pdf,.docx',
  });
});

test.each(['', 'results/', 'results/x', 'st', 'leases/'])(
  "refuses the prefix '%s' where the bucket takes the results as well",
  (prefix) => {
    const bucket = { documentsBucket: 'one-bucket', resultsBucket: 'one-bucket' };
    expect(stackProblems({ enqueueUploads: { prefix }, ...bucket })).toEqual([
      'In a bucket that takes the results as well, uploads begin with a prefix that no result has (state/, leases/, ' +
        `results/); received '${prefix}': choose one such as 'inbox/', or a bucket of its own for the results.`,
    ]);
    expect(stackProblems({ enqueueUploads: { prefix: 'inbox/' }, ...bucket })).toEqual([]);
  },
);

test.each(['', 'a,b'])("refuses the ending '%s'", (suffix) => {
  expect(stackProblems({ enqueueUploads: { suffixes: [suffix] } })).toEqual([
    `An ending of a name has 1 to 100 characters and no comma; received '${suffix}': use one such as '.pdf'.`,
  ]);
});

test('refuses a prefix that is too long', () => {
  expect(stackProblems({ enqueueUploads: { prefix: 'ü'.repeat(513) } })).toEqual([
    'A prefix has at most 1,024 bytes; received 1026: shorten it.',
  ]);
});

/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: end of Terraform's references */
