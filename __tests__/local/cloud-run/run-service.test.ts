import { runServiceOf } from '../../../local/cloud-run/run-service.ts';
import { TerraformStack } from '../../../local/terraform-stack.ts';
import { PROJECT, RUNTIME, SERVICE_URL, stackJson } from '../fixtures/stack.ts';

const read = (json: object) =>
  runServiceOf(
    new TerraformStack(json, { folder: '/', variables: { project_id: PROJECT }, projectNumber: '123456789012' }),
  );

test('a service is what the stack declares', () => {
  expect(read(stackJson())).toEqual({
    resource: `projects/${PROJECT}/locations/us-central1/services/demo`,
    name: 'demo',
    region: 'us-central1',
    url: SERVICE_URL,
    audiences: [SERVICE_URL, 'demo-audience'],
    timeoutSeconds: 595,
    cpuIdle: true,
    memoryBytes: 512 * 1024 ** 2,
    concurrency: 2,
    minInstances: 0,
    maxInstances: 2,
    serviceAccount: RUNTIME,
    container: expect.objectContaining({ command: ['node'], args: ['/code/handler.mjs'] }),
    sidecars: [],
    mounts: [{ path: '/code', bucket: `${PROJECT}-code` }],
  });
});

test("what the stack leaves out is Cloud Run's default", () => {
  const container = { command: ['node'] };
  const template = { service_account: 'a@b', containers: container };
  const service = { service: { name: 's', location: 'us-east1', template: [template] } };
  const { provider, variable } = stackJson();
  const json = { provider, variable, resource: { google_cloud_run_v2_service: service } };
  expect(read(json)).toMatchObject({
    timeoutSeconds: 300,
    concurrency: 80,
    minInstances: 0,
    maxInstances: 100,
    mounts: [],
  });
});

test.each([
  [{}, { cpuIdle: false, memoryBytes: 512 * 1024 ** 2 }],
  [
    { cpu_idle: true, limits: { cpu: '1' } },
    { cpuIdle: true, memoryBytes: 512 * 1024 ** 2 },
  ],
  [[{ cpu_idle: false, limits: { memory: '2Gi' } }], { cpuIdle: false, memoryBytes: 2 * 1024 ** 3 }],
  [{ limits: { memory: '1.5G' } }, { cpuIdle: false, memoryBytes: 1.5e9 }],
  [{ limits: { memory: '700000k' } }, { cpuIdle: false, memoryBytes: 7e8 }],
  [{ limits: { memory: '536870912' } }, { cpuIdle: false, memoryBytes: 512 * 1024 ** 2 }],
])('with the resources %j an instance has %j', (resources, expected) => {
  const json = stackJson();
  const [container] = json.resource.google_cloud_run_v2_service.service.template.containers;
  Object.assign(container as object, { resources });
  expect(read(json)).toMatchObject(expected);
});

test('requests go to the container with a port; the others, which are images, only have their names', () => {
  const json = stackJson();
  const [main] = json.resource.google_cloud_run_v2_service.service.template.containers;
  const sidecar = { name: 'sidecar', image: 'example/sidecar:1', env: [{ name: 'THREADS', value: '4' }] };
  const nameless = { image: 'example/other:1' };
  json.resource.google_cloud_run_v2_service.service.template.containers = [sidecar, main, nameless] as never;
  expect(read(json)).toMatchObject({ container: { command: ['node'] }, sidecars: ['sidecar', 'without a name'] });
});

test('a stack without a service, or with two, is refused', () => {
  expect(() => read({ resource: {} })).toThrow(
    'The local Google runs one google_cloud_run_v2_service; the stack has none.',
  );
  const service = { name: 's' };
  expect(() => read({ resource: { google_cloud_run_v2_service: { a: service, b: service } } })).toThrow(
    'The local Google runs one google_cloud_run_v2_service; the stack has 2.',
  );
});

test('a container that only has an image is refused', () => {
  const json = stackJson();
  json.resource.google_cloud_run_v2_service.service.template.containers = [{ image: 'demo' }] as never;
  expect(() => read(json)).toThrow(
    "The local Google runs a container's command, not its image; google_cloud_run_v2_service.service has no command.",
  );
});

test('a volume that is no bucket is refused', () => {
  const json = stackJson();
  json.resource.google_cloud_run_v2_service.service.template.volumes[0] = { name: 'code', empty_dir: {} } as never;
  expect(() => read(json)).toThrow('mounts buckets; the volume "code" of google_cloud_run_v2_service.service is none.');
});
