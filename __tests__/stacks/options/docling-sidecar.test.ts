import type { DocumentProcessingStackProps } from '../../../stacks/document-processing-props.ts';
import { only, stackJson, stackProblems } from '../synthesised-stack.ts';

function service(props: DocumentProcessingStackProps = {}) {
  return only(stackJson({ docling: {}, ...props }), 'google_cloud_run_v2_service').template;
}

test('the sidecar as a whole', () => {
  expect(service().containers[1]).toEqual({
    name: 'docling',
    image: 'ghcr.io/docling-project/docling-serve-cpu:v1.38.2',
    env: [
      { name: 'DOCLING_NUM_THREADS', value: '4' },
      { name: 'DOCLING_SERVE_ENG_LOC_NUM_WORKERS', value: '1' },
      { name: 'DOCLING_SERVE_ENG_LOC_SHARE_MODELS', value: 'true' },
      { name: 'DOCLING_SERVE_MAX_DOCUMENT_TIMEOUT', value: '397' },
      { name: 'OMP_NUM_THREADS', value: '4' },
    ],
    resources: { limits: { cpu: '4', memory: '8Gi' }, cpu_idle: true, startup_cpu_boost: true },
    startup_probe: {
      http_get: { path: '/ready', port: 5001 },
      period_seconds: 5,
      timeout_seconds: 3,
      failure_threshold: 48,
    },
  });
});

test('the handler waits for it, knows where it is, and alone takes requests', () => {
  const { containers, max_instance_request_concurrency } = service();
  expect(containers).toHaveLength(2);
  expect(containers[0]).toMatchObject({ name: 'handler', depends_on: ['docling'], ports: { container_port: 8080 } });
  expect(containers[0].env).toContainEqual({ name: 'DOCLING_URL', value: 'http://localhost:5001' });
  expect(containers[1]).not.toHaveProperty('ports');
  expect(max_instance_request_concurrency).toBe(1);
});

test('its window is the longest that Cloud Run gives a start', () => {
  const { period_seconds, failure_threshold, timeout_seconds } = service().containers[1].startup_probe;
  expect(period_seconds * failure_threshold).toBe(240);
  expect(timeout_seconds).toBeLessThan(period_seconds);
});

test("image, cpu and memory are the deployer's, and the time is the chain's", () => {
  const docling = { image: 'europe-docker.pkg.dev/my-project/images/docling:1', cpu: '2', memory: '4Gi' };
  const [, container] = service({ docling, dispatchDeadlineSeconds: 1800 }).containers;
  expect(container).toMatchObject({ image: docling.image, resources: { limits: { cpu: '2', memory: '4Gi' } } });
  expect(container.env).toEqual(
    expect.arrayContaining([
      { name: 'OMP_NUM_THREADS', value: '2' },
      { name: 'DOCLING_SERVE_MAX_DOCUMENT_TIMEOUT', value: '1192' },
    ]),
  );
});

test('the queues dispatch one document for each instance', () => {
  const json = stackJson({ docling: {}, maxInstances: 6, queueCount: 2 });
  const queues = Object.values(json.resource.google_cloud_tasks_queue ?? {});
  expect(queues.map(({ rate_limits }) => rate_limits.max_concurrent_dispatches)).toEqual([3, 3]);
});

test.each<[string, DocumentProcessingStackProps, string[]]>([
  [
    'more than one document at a time',
    { concurrency: 4 },
    [
      'With docling-serve an instance works on one document at a time, because the others would wait for it and use up ' +
        'their attempts; received a concurrency of 4: set it to 1, and raise maxInstances for more.',
    ],
  ],
  [
    'more vCPUs than an instance has',
    { cpu: '4', docling: { cpu: '6' } },
    [
      'The containers of an instance have at most 8 vCPUs together; received 4 for the handler and 6 for docling-serve: ' +
        'lower one of them.',
    ],
  ],
  [
    'more memory than an instance has',
    { cpu: '4', memory: '16Gi', docling: { cpu: '4', memory: '16385Mi' } },
    [
      "With 4 vCPU docling-serve has 2048Mi to 16384Mi of memory; received '16385Mi': change the memory or the cpu.",
      'The containers of an instance have at most 32Gi of memory together; received 16Gi for the handler and 16385Mi for ' +
        'docling-serve: lower one of them.',
    ],
  ],
  [
    'a cpu that Cloud Run does not have',
    { docling: { cpu: '3' } },
    ["Docling-serve has 1, 2, 4, 6, 8 vCPUs; received cpu '3': choose one of these."],
  ],
  [
    'an image that is none',
    { docling: { image: 'docling serve' } },
    ["docling-serve comes as a container image; received 'docling serve': name one, with its tag or digest."],
  ],
])('refuses %s', (_, props, problems) => {
  expect(stackProblems({ docling: {}, ...props })).toEqual(problems);
});
