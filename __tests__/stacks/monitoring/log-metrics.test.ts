import { stackJson } from '../synthesised-stack.ts';

const { google_logging_metric: metrics = {} } = stackJson({ projectId: 'my-project' }).resource;
const [ageAtStart, failedDocuments] = Object.values(metrics).sort((a, b) => (a.name < b.name ? -1 : 1));

const lines =
  'resource.type="cloud_run_revision" AND resource.labels.service_name="document-processing-dev" AND ' +
  'resource.labels.location="us-central1" AND jsonPayload.message=';

test('count the documents that failed, by reason', () => {
  expect(failedDocuments).toMatchObject({
    name: 'document-processing-dev/failed-documents',
    filter: `${lines}"Attempt ended" AND jsonPayload.status="FAILED"`,
    metric_descriptor: { metric_kind: 'DELTA', value_type: 'INT64', labels: [{ key: 'reason' }] },
    label_extractors: { reason: 'EXTRACT(jsonPayload.error.reason)' },
  });
});

test('distribute the seconds that documents waited, up to the 31 days that a task lives', () => {
  expect(ageAtStart).toMatchObject({
    name: 'document-processing-dev/age-at-start',
    filter: `${lines}"Attempt started"`,
    metric_descriptor: { metric_kind: 'DELTA', value_type: 'DISTRIBUTION', unit: 's' },
    value_extractor: 'EXTRACT(jsonPayload.ageSeconds)',
  });
  const { scale, growth_factor, num_finite_buckets } = ageAtStart?.bucket_options.exponential_buckets ?? {};
  expect(scale * growth_factor ** num_finite_buckets).toBeGreaterThan(31 * 24 * 3600);
});

test('have names that Cloud Logging takes', () => {
  for (const { name } of Object.values(metrics))
    expect(name).toMatch(/^[A-Za-z0-9_\-.,+!*'()%][A-Za-z0-9_\-.,+!*'()%/]{0,99}$/);
});
