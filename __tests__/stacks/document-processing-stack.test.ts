import { App } from 'cdktf';
import { DocumentProcessingStack } from '../../stacks/document-processing-stack.ts';
import { problemsOf } from '../../stacks/validation.ts';
import { everythingOn } from './everything-on.ts';
import { type Block, bundlePath, only, resources, stackJson, stackProblems, stackText } from './synthesised-stack.ts';

test('the stack with nothing set', () => {
  expect(stackText()).toMatchSnapshot();
});

test('the stack of production', () => {
  expect(stackText({ projectId: 'my-project', environment: 'prod' })).toMatchSnapshot();
});

test('the stack with everything on', () => {
  expect(stackText(everythingOn)).toMatchSnapshot();
});

test('without a project nothing is asked, and a deployment ends with what is missing', () => {
  const json = stackJson();
  expect(json.variable).toEqual({
    project_id: {
      type: 'string',
      default: '',
      nullable: false,
      description: 'Id of the Google Cloud project to deploy to.',
      validation: [
        {
          // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own expression
          condition: '${can(regex("^[a-z][a-z0-9-]{4,28}[a-z0-9]$", var.project_id))}',
          error_message:
            'Nothing is deployed without a project: set the environment variable GCP_PROJECT_ID to the id of a Google ' +
            'Cloud project (6 to 30 lower-case letters, digits and inner hyphens) and deploy again.',
        },
      ],
    },
  });
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own references
  expect(json.provider.google).toMatchObject([{ project: '${var.project_id}' }]);
});

test('asks nothing when the project is given', () => {
  const json = stackJson({ projectId: 'my-project' });
  expect(json.variable).toBeUndefined();
  expect(json.provider.google).toMatchObject([{ project: 'my-project', region: 'us-central1' }]);
});

test('puts everything that has a place into the region', () => {
  const placed = resources(stackJson({ location: 'europe-west1' })).filter(({ type, block }) => {
    return 'location' in block && !type.includes('_iam_');
  });
  expect(placed.map(({ type }) => type)).toEqual([
    'google_cloud_run_v2_service',
    'google_cloud_tasks_queue',
    'google_storage_bucket',
    'google_storage_bucket',
    'google_storage_bucket',
  ]);
  expect(new Set(placed.map(({ block }) => block.location))).toEqual(new Set(['europe-west1']));
});

test('labels everything that takes labels, each revision too', () => {
  const labels = { app: 'document-processing', environment: 'prod', team: 'papers' };
  const json = stackJson({ environment: 'prod', labels: { team: 'papers' } });
  expect(json.provider.google).toMatchObject([{ default_labels: labels }]);
  expect(only(json, 'google_cloud_run_v2_service').template.labels).toEqual(labels);
  // The provider's default labels do not reach these.
  expect(dashboardOf(only(json, 'google_monitoring_dashboard')).labels).toEqual(labels);
  for (const policy of Object.values(json.resource.google_monitoring_alert_policy ?? {})) {
    expect(policy.user_labels).toEqual(labels);
  }
});

test.each([
  ['Team', 'papers'],
  ['team', 'Our papers'],
  ['1st', ''],
  ['team', 'p'.repeat(64)],
])("refuses the label '%s=%s'", (key, value) => {
  expect(stackProblems({ labels: { [key]: value } })).toEqual([
    'A label has lower-case letters, digits, hyphens and underscores, at most 63, and a key that begins with a ' +
      `letter; received '${key}=${value}': change it.`,
  ]);
});

const dashboardOf = ({ dashboard_json }: Block) => JSON.parse(dashboard_json);

test('refuses a second stack of an environment in one app: all its names would exist already', () => {
  const app = new App({ skipValidation: true });
  const props = { projectId: 'my-project', environment: 'prod', bundlePath };
  new DocumentProcessingStack(app, 'documents', props);
  new DocumentProcessingStack(app, 'elsewhere', { ...props, projectId: 'other-project' });
  new DocumentProcessingStack(app, 'again', { ...props, location: 'europe-west1' });
  expect(problemsOf(app)).toEqual([
    "An environment of a project is one stack; received 'prod' of my-project for the stack 'again', which 'documents' is " +
      'already: give each stack an environment of its own.',
  ]);
});

test('two environments of one project share no name', () => {
  const names = (environment: string) =>
    resources(stackJson({ projectId: 'my-project', environment }))
      .filter(({ type }) => !type.includes('_iam_') && type !== 'google_storage_bucket_object')
      .map(({ block }) => block.name ?? block.account_id ?? block.display_name ?? dashboardOf(block).displayName);
  const dev = names('dev');
  const prod = names('prod');
  expect(dev).toHaveLength(19);
  expect(dev.filter((name) => prod.includes(name))).toEqual([]);
});

test('the queue dispatches what the service can take, unless it is told less', () => {
  const rates = (props: Parameters<typeof stackJson>[0]) =>
    only(stackJson(props), 'google_cloud_tasks_queue').rate_limits;
  expect(rates({})).toMatchObject({ max_concurrent_dispatches: 40 });
  expect(rates({ maxInstances: 3, concurrency: 1 })).toMatchObject({ max_concurrent_dispatches: 3 });
  expect(rates({ maxConcurrentDispatches: 7 })).toMatchObject({ max_concurrent_dispatches: 7 });
});

test('several queues share what the service can take, each with the same limits', () => {
  const json = stackJson({ queueCount: 3, maxAttempts: 4 });
  const queues = Object.values(json.resource.google_cloud_tasks_queue ?? {});
  expect(queues.map(({ name }) => name)).toEqual([
    'document-processing-dev',
    'document-processing-dev-queue-2',
    'document-processing-dev-queue-3',
  ]);
  for (const { rate_limits, retry_config } of queues) {
    expect(rate_limits.max_concurrent_dispatches).toBe(13);
    expect(retry_config.max_attempts).toBe(4);
  }
  expect(only(json, 'google_cloud_run_v2_service').template.containers[0].env).toContainEqual({
    name: 'CLOUD_TASKS_QUEUE',
    value: 'document-processing-dev,document-processing-dev-queue-2,document-processing-dev-queue-3',
  });
});

test('a queue that is drained is still there, and gets nothing new', () => {
  const json = stackJson({ queueCount: 2, drainingQueues: 1 });
  const queues = Object.values(json.resource.google_cloud_tasks_queue ?? {});
  expect(queues.map(({ name }) => name)).toEqual([
    'document-processing-dev',
    'document-processing-dev-queue-2',
    'document-processing-dev-queue-3',
  ]);
  // It still dispatches, so that the three share what the service can take.
  expect(queues.map(({ rate_limits }) => rate_limits.max_concurrent_dispatches)).toEqual([13, 13, 13]);
  expect(only(json, 'google_cloud_run_v2_service').template.containers[0].env).toContainEqual({
    name: 'CLOUD_TASKS_QUEUE',
    value: 'document-processing-dev,document-processing-dev-queue-2',
  });
});

test('a queue keeps its address when it begins to be drained', () => {
  const addresses = (props: Parameters<typeof stackJson>[0]) =>
    resources(stackJson(props)).map(({ address }) => address);
  expect(addresses({ queueCount: 2, drainingQueues: 1 })).toEqual(addresses({ queueCount: 3 }));
});

test.each([-1, 1.5, 99])('refuses %d queues to drain beside two', (drainingQueues) => {
  expect(stackProblems({ queueCount: 2, drainingQueues, concurrency: 100 })).toEqual([
    `Queues that are drained are 0 to 98, 100 with those of queueCount; received drainingQueues ${drainingQueues}: ` +
      'choose a whole number in that range.',
  ]);
});

test.each([0, -1, 101, 1.5])('refuses %d queues', (queueCount) => {
  expect(stackProblems({ queueCount })).toContain(
    `There are 1 to 100 queues; received ${queueCount}: choose a whole number in that range.`,
  );
});

test.each([{ queueCount: 0 }, { concurrency: 0 }, { maxInstances: 0 }])('%j is one problem', (props) => {
  expect(stackProblems(props)).toHaveLength(1);
});

test('refuses more queues than the service can work on documents at once', () => {
  expect(stackProblems({ queueCount: 41 })).toEqual([
    'The queues dispatch at most what the service can work on at once, 10 instances x 4 requests = 40; received ' +
      '41 x maxConcurrentDispatches 1: lower it, or raise maxInstances or concurrency.',
  ]);
});

test('refuses queues that together dispatch more than the service can take', () => {
  expect(stackProblems({ queueCount: 2, maxConcurrentDispatches: 21 })).toEqual([
    'The queues dispatch at most what the service can work on at once, 10 instances x 4 requests = 40; received ' +
      '2 x maxConcurrentDispatches 21: lower it, or raise maxInstances or concurrency.',
  ]);
});

test.each([
  ['dev', undefined, false],
  ['prod', undefined, true],
  ['dev', true, true],
  ['prod', false, false],
])('in %s with deletionProtection %s, whether Terraform refuses to destroy is %s', (environment, given, expected) => {
  const json = stackJson(given === undefined ? { environment } : { environment, deletionProtection: given });
  expect(only(json, 'google_cloud_tasks_queue').lifecycle?.prevent_destroy ?? false).toBe(expected);
  const { documents, results, code } = json.resource.google_storage_bucket ?? {};
  expect([documents?.force_destroy, results?.force_destroy]).toEqual([!expected, !expected]);
  expect(code?.force_destroy).toBe(true);
});

test('the service itself is never protected: a first revision that fails must be replaceable', () => {
  const service = only(stackJson({ environment: 'prod' }), 'google_cloud_run_v2_service');
  expect(service.deletion_protection).toBe(false);
  expect(service.lifecycle).not.toHaveProperty('prevent_destroy');
});

test('buckets that exist already get the grants and nothing else', () => {
  const json = stackJson({ documentsBucket: 'my-documents', resultsBucket: 'my-results' });
  expect(Object.keys(json.resource.google_storage_bucket ?? {})).toEqual(['code']);
  const granted = Object.values(json.resource.google_storage_bucket_iam_member ?? {});
  expect(granted.map(({ bucket, role }) => [bucket, role])).toEqual(
    expect.arrayContaining([
      ['my-documents', 'roles/storage.objectViewer'],
      ['my-results', 'roles/storage.objectUser'],
    ]),
  );
  expect(only(json, 'google_cloud_run_v2_service').template.containers[0].env).toEqual(
    expect.arrayContaining([
      { name: 'DOCUMENTS_BUCKET', value: 'my-documents' },
      { name: 'RESULTS_BUCKET', value: 'my-results' },
    ]),
  );
});

test('refuses an existing bucket by its URL', () => {
  expect(stackProblems({ documentsBucket: 'gs://my-documents' })).toEqual([
    'A bucket is named by lower-case letters, digits, dots, hyphens and underscores; ' +
      "received 'gs://my-documents': use its name without 'gs://'.",
  ]);
});

test.each([
  { resultsBucket: 'my-project-documents-dev' },
  { documentsBucket: 'my-project-results-dev' },
  { documentsBucket: 'my-project-code-dev', resultsBucket: 'my-results' },
])('refuses for an existing bucket one that the stack makes: %j', (buckets) => {
  const existing = buckets.documentsBucket ?? buckets.resultsBucket;
  expect(stackProblems({ projectId: 'my-project', enqueueUploads: {}, ...buckets })).toEqual([
    `A bucket that exists already is none that the stack makes; received '${existing}': name another, or one for both ` +
      'documentsBucket and resultsBucket.',
  ]);
});

test('a bucket that the stack would make can be one that exists', () => {
  const documentsBucket = 'my-project-documents-dev';
  expect(stackProblems({ projectId: 'my-project', documentsBucket })).toEqual([]);
});

test('an own image needs no bundle, no code bucket and no volume', () => {
  const image = 'europe-docker.pkg.dev/my-project/images/handler:1';
  const json = stackJson({ image, bundlePath: 'missing.mjs' });
  expect(Object.keys(json.resource.google_storage_bucket ?? {})).toEqual(['documents', 'results']);
  expect(json.resource.google_storage_bucket_object).toBeUndefined();
  const { containers, volumes } = only(json, 'google_cloud_run_v2_service').template;
  expect(volumes).toBeUndefined();
  expect(containers[0]).toMatchObject({ image, ports: { container_port: 8080 } });
  expect(Object.keys(containers[0])).not.toEqual(expect.arrayContaining(['command']));
});

test('a Node image of a mirror runs the bundle in place of the stock one', () => {
  const nodeImage = 'europe-docker.pkg.dev/my-project/mirror/node@sha256:0123';
  const [container] = only(stackJson({ nodeImage }), 'google_cloud_run_v2_service').template.containers;
  expect(container).toMatchObject({ image: nodeImage, command: ['node'], volume_mounts: [{ name: 'code' }] });
});

test.each([
  [{ image: 'my image' }, "The service runs a container image; received 'my image': name one, with its tag or digest."],
  [{ nodeImage: '' }, "The bundle runs on a container image with Node; received '': name one, with its tag or digest."],
  [
    { image: 'handler:1', nodeImage: 'node:24' },
    'An own image runs without the bundle, and a Node image runs the bundle; received both, ' +
      "'handler:1' and 'node:24': set CONTAINER_IMAGE or NODE_IMAGE.",
  ],
])('refuses the images %j', (images, problem) => {
  expect(stackProblems(images)).toEqual([problem]);
});

test('refuses queues that dispatch more than the service can take', () => {
  expect(stackProblems({ maxConcurrentDispatches: 41 })).toEqual([
    'The queues dispatch at most what the service can work on at once, 10 instances x 4 requests = 40; received ' +
      '1 x maxConcurrentDispatches 41: lower it, or raise maxInstances or concurrency.',
  ]);
});

test('refuses a location that is no region', () => {
  expect(stackProblems({ location: 'europe' })).toEqual([
    "The location is a region; received 'europe': use one such as 'us-central1' or 'europe-west1'.",
  ]);
});

test('refuses a dispatch deadline that Cloud Tasks does not accept', () => {
  expect(() => stackJson({ dispatchDeadlineSeconds: 1801 })).toThrow(
    'The dispatch deadline must be a whole number of seconds from 15 to 1800; received 1801.',
  );
});

test('only the invoker and the callers may call the service', () => {
  const caller = 'serviceAccount:caller@my-project.iam.gserviceaccount.com';
  const { role, members } = only(stackJson({ callers: [caller] }), 'google_cloud_run_v2_service_iam_binding');
  expect(role).toBe('roles/run.invoker');
  // biome-ignore lint/suspicious/noTemplateCurlyInString: Terraform's own references
  expect(members).toEqual(['${google_service_account.invoker.member}', caller]);
});

test('synthesises the same text every time', () => {
  expect(stackText({ callers: ['group:a@example.com'] })).toBe(stackText({ callers: ['group:a@example.com'] }));
});

test('names no folder of this machine', () => {
  expect(stackText()).not.toContain(process.cwd());
  expect(stackText()).not.toMatch(/"\/(?!code|health)/);
});

test('no resource waits for itself', () => {
  const all = resources(stackJson(everythingOn));
  const waitsFor = new Map(
    all.map(({ address, block }) => {
      const text = JSON.stringify(block);
      return [address, all.map((other) => other.address).filter((other) => new RegExp(`\\b${other}\\b`).test(text))];
    }),
  );
  const reaches = (from: string, to: string, seen = new Set<string>()): boolean =>
    (waitsFor.get(from) ?? []).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  expect(all.length).toBeGreaterThan(10);
  expect(all.filter(({ address }) => reaches(address, address))).toEqual([]);
});
