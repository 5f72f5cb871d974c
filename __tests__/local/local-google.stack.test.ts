import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'cdktf';
import { type LocalGoogle, startLocalGoogle } from '../../local/local-google.ts';
import { DocumentProcessingStack } from '../../stacks/document-processing-stack.ts';
import { CALLER, HANDLER_FILE, PROJECT } from './fixtures/stack.ts';

const outdir = mkdtempSync(join(tmpdir(), 'local-google-stack-'));
let google: LocalGoogle;

beforeAll(async () => {
  const app = new App({ outdir });
  new DocumentProcessingStack(app, 'demo', {
    bundlePath: HANDLER_FILE,
    callers: [`serviceAccount:${CALLER}`],
    dispatchDeadlineSeconds: 120,
    docling: {},
  });
  app.synth();
  const stackFile = join(outdir, 'stacks', 'demo', 'cdk.tf.json');
  const serviceVariables = { DOCLING_URL: 'http://127.0.0.1:5002', DISPATCH_DEADLINE_SECONDS: '' };
  google = await startLocalGoogle({ stackFile, variables: { project_id: PROJECT }, serviceVariables });
});
afterAll(async () => {
  await google?.close();
  rmSync(outdir, { recursive: true });
});

async function environmentOfHandler(): Promise<Record<string, string>> {
  const token = await google.idToken({ email: CALLER, audience: google.serviceUrl });
  const response = await fetch(google.frontDoorUrl, { headers: { Authorization: `Bearer ${token}` } });
  return ((await response.json()) as { environment: Record<string, string> }).environment;
}

test("the project's own stack runs, and the handler gets its settings resolved", async () => {
  expect(await environmentOfHandler()).toMatchObject({
    GCP_PROJECT_ID: PROJECT,
    GCP_LOCATION: 'us-central1',
    CLOUD_TASKS_QUEUE: 'document-processing-dev',
    CLOUD_RUN_SERVICE_URL: 'https://document-processing-dev-123456789012.us-central1.run.app',
    CLOUD_RUN_SERVICE_ACCOUNT: `document-invoker-dev@${PROJECT}.iam.gserviceaccount.com`,
    DOCUMENTS_BUCKET: `${PROJECT}-documents-dev`,
    RESULTS_BUCKET: `${PROJECT}-results-dev`,
    DISPATCH_DEADLINE_SECONDS: '120',
  });
});

test('a sidecar does not run, and a variable of the developer says what stands in for it', async () => {
  expect(google.sidecars).toEqual(['docling']);
  expect(google.serviceEnvironment).toMatchObject({ DOCLING_URL: 'http://localhost:5001' });
  expect(await environmentOfHandler()).toMatchObject({ DOCLING_URL: 'http://127.0.0.1:5002' });
});

test('the runtime identity may enqueue what the invoker delivers', async () => {
  const settings = await environmentOfHandler();
  const token = await fetch(
    `http://${settings.GCE_METADATA_HOST}/computeMetadata/v1/instance/service-accounts/default/token`,
    { headers: { 'Metadata-Flavor': 'Google' } },
  );
  const { access_token } = (await token.json()) as { access_token: string };
  const queue = `projects/${PROJECT}/locations/us-central1/queues/${settings.CLOUD_TASKS_QUEUE}`;
  const httpRequest = {
    url: `${settings.CLOUD_RUN_SERVICE_URL}/tasks/process-document`,
    oidcToken: { serviceAccountEmail: settings.CLOUD_RUN_SERVICE_ACCOUNT, audience: settings.CLOUD_RUN_SERVICE_URL },
  };
  const created = await fetch(`http://${google.addresses.tasks}/v2/${queue}/tasks`, {
    method: 'POST',
    headers: { Authorization: `Bearer ${access_token}`, 'Content-Type': 'application/json' },
    body: JSON.stringify({ task: { httpRequest } }),
  });
  await google.tasks.drain();
  const { name } = (await created.json()) as { name: string };
  expect(google.tasks.attempts(name)).toEqual([
    expect.objectContaining({ outcome: 'succeeded', answer: expect.objectContaining({ status: 200 }) }),
  ]);
});
