import type { Construct } from 'constructs';
import { deadlinesFor } from '../../deadlines.ts';
import { SETTING_NAMES } from '../../handler/setting-names.ts';
import { HandlerService, type HandlerServiceProps } from '../../stacks/handler-service.ts';
import { serviceSize } from '../../stacks/service-size.ts';
import { jsonOf, only, problemsIn, stackJson } from './synthesised-stack.ts';

function service(props: Partial<HandlerServiceProps> = {}) {
  return (scope: Construct) =>
    new HandlerService(scope, 'service', {
      name: 'documents',
      location: 'europe-west1',
      projectId: 'my-project',
      projectNumber: '123',
      image: 'docker.io/library/node:24-slim',
      code: { bucket: 'code-bucket', objectName: 'handler.mjs' },
      size: serviceSize({}),
      network: {},
      deadlines: deadlinesFor(),
      settings: {},
      serviceAccount: 'runtime@my-project.iam.gserviceaccount.com',
      grants: [],
      labels: {},
      ...props,
    });
}

function template(props?: Partial<HandlerServiceProps>) {
  return only(jsonOf(service(props)), 'google_cloud_run_v2_service').template;
}

test("the request timeout is the deadline chain's", () => {
  expect(template().timeout).toBe('595s');
  expect(template({ deadlines: deadlinesFor(1800) }).timeout).toBe('1785s');
});

test('refuses a deadline chain that does not hold', () => {
  const deadlines = { ...deadlinesFor(), requestTimeoutSeconds: 601 };
  expect(problemsIn(service({ deadlines }))).toEqual([
    "Cloud Run's request timeout must be at most the dispatch deadline of 600 s; received 601 s.",
  ]);
});

test('cpu, memory, concurrency and scaling are explicit', () => {
  const size = serviceSize({ cpu: '2', memory: '4Gi', concurrency: 1, minInstances: 1, maxInstances: 20 });
  const { containers, scaling, max_instance_request_concurrency } = template({ size });
  expect(containers[0].resources).toEqual({
    limits: { cpu: '2', memory: '4Gi' },
    cpu_idle: true,
    startup_cpu_boost: true,
  });
  expect(scaling).toEqual({ min_instance_count: 1, max_instance_count: 20 });
  expect(max_instance_request_concurrency).toBe(1);
});

test('refuses a size that Cloud Run refuses', () => {
  expect(problemsIn(service({ size: serviceSize({ memory: '8Gi' }) }))).toEqual([
    "With 1 vCPU an instance has 512Mi to 4096Mi of memory; received '8Gi': change the memory or the cpu.",
  ]);
});

test('runs the bundle from a read-only volume on the image', () => {
  const { containers, volumes, execution_environment } = template();
  expect(containers).toHaveLength(1);
  expect(containers[0]).toMatchObject({
    image: 'docker.io/library/node:24-slim',
    command: ['node'],
    args: ['/code/handler.mjs'],
    volume_mounts: [{ name: 'code', mount_path: '/code' }],
  });
  expect(volumes).toEqual([{ name: 'code', gcs: { bucket: 'code-bucket', read_only: true } }]);
  expect(execution_environment).toBe('EXECUTION_ENVIRONMENT_GEN2');
});

test('is ready when /health answers, and has a minute for it', () => {
  const { http_get, period_seconds, failure_threshold, timeout_seconds } = template().containers[0].startup_probe;
  expect(http_get).toEqual({ path: '/health', port: 8080 });
  expect(period_seconds * failure_threshold).toBe(60);
  expect(timeout_seconds).toBeLessThanOrEqual(period_seconds);
});

test('answers at an address that is known before it exists', () => {
  let url = '';
  const json = jsonOf((scope) => {
    url = service()(scope).url;
  });
  expect(url).toBe('https://documents-123.europe-west1.run.app');
  expect(only(json, 'google_cloud_run_v2_service').template.containers[0].env).toEqual([
    { name: 'CLOUD_RUN_SERVICE_URL', value: url },
  ]);
});

test('the settings stand in the order of their names', () => {
  const { env } = template({ settings: { RESULTS_BUCKET: 'r', GCP_LOCATION: 'l', DOCUMENTS_BUCKET: 'd' } })
    .containers[0];
  expect(env.map(({ name }: { name: string }) => name)).toEqual([
    'CLOUD_RUN_SERVICE_URL',
    'DOCUMENTS_BUCKET',
    'GCP_LOCATION',
    'RESULTS_BUCKET',
  ]);
});

test('the stack sets what it knows, and leaves the port to Cloud Run', () => {
  const { env } = only(stackJson(), 'google_cloud_run_v2_service').template.containers[0];
  const names: string[] = env.map(({ name }: { name: string }) => name);
  expect(names.filter((name) => !(SETTING_NAMES as readonly string[]).includes(name))).toEqual([]);
  expect(names).not.toContain('PORT');
});

test('the handler counts attempts and time as the queue and the tasks do', () => {
  const json = stackJson({ maxAttempts: 7, maxBackoffSeconds: 99.5, dispatchDeadlineSeconds: 900 });
  const { containers, timeout } = only(json, 'google_cloud_run_v2_service').template;
  expect(containers[0].env).toEqual(
    expect.arrayContaining([
      { name: 'CLOUD_TASKS_MAX_ATTEMPTS', value: '7' },
      { name: 'CLOUD_TASKS_MAX_BACKOFF_SECONDS', value: '100' },
      { name: 'DISPATCH_DEADLINE_SECONDS', value: '900' },
    ]),
  );
  expect(only(json, 'google_cloud_tasks_queue').retry_config).toMatchObject({ max_attempts: 7, max_backoff: '99.5s' });
  expect(timeout).toBe('893s');
});

test('takes requests from inside the project only', () => {
  expect(only(jsonOf(service()), 'google_cloud_run_v2_service').ingress).toBe('INGRESS_TRAFFIC_INTERNAL_ONLY');
});

test('the invokers are all of them: an authoritative binding on this service', () => {
  const json = jsonOf((scope) => service()(scope).grantInvoke('invokers', ['user:a@example.com']));
  /* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */
  expect(only(json, 'google_cloud_run_v2_service_iam_binding')).toEqual({
    name: '${google_cloud_run_v2_service.service.name}',
    location: '${google_cloud_run_v2_service.service.location}',
    project: '${google_cloud_run_v2_service.service.project}',
    role: 'roles/run.invoker',
    members: ['user:a@example.com'],
  });
  /* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own references */
});

test('limits that Google fills in for the whole service are no change', () => {
  expect(only(jsonOf(service()), 'google_cloud_run_v2_service').lifecycle.ignore_changes).toEqual(['scaling']);
});
