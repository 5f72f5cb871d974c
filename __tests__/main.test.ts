import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';

const outdir = mkdtempSync(join(tmpdir(), 'main-test-'));
afterAll(() => rmSync(outdir, { recursive: true }));

/** Runs the app as cdktf does. An own image, so that no bundle has to be there. */
function main(variables: Record<string, string> = {}) {
  const { PATH = '', NODE_COMPILE_CACHE } = process.env;
  const env = {
    PATH,
    NODE_COMPILE_CACHE,
    CDKTF_OUTDIR: outdir,
    CONTAINER_IMAGE: 'docker.io/library/handler:1',
    ...variables,
  };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['main.ts'], { env, encoding: 'utf8' });
  return { status, stdout, lines: stderr.split('\n').filter((line) => line !== '') };
}

function synthesised(stack: string) {
  return JSON.parse(readFileSync(join(outdir, 'stacks', stack, 'cdk.tf.json'), 'utf8'));
}

test('synthesises one stack with nothing set', () => {
  expect(main()).toEqual({ status: 0, stdout: '', lines: [] });
  expect(readdirSync(join(outdir, 'stacks'))).toEqual(['document-processing-dev']);
  expect(synthesised('document-processing-dev').resource.google_cloud_run_v2_service).toBeDefined();
});

test('needs no other program: not even Terraform is asked for its version', () => {
  expect(main({ PATH: '/nowhere' })).toEqual({ status: 0, stdout: '', lines: [] });
});

test('keeps the state beside cdktf.json, by a relative path', () => {
  main();
  const here = relative(join(outdir, 'stacks/document-processing-dev'), process.cwd());
  expect(synthesised('document-processing-dev').terraform.backend).toEqual({
    local: { path: `${here}/terraform.document-processing-dev.tfstate` },
  });
});

test('keeps the state of each environment apart in a bucket', () => {
  expect(main({ STATE_BUCKET: 'my-state', ENVIRONMENT: 'prod', GCP_PROJECT_ID: 'my-project' }).lines).toEqual([]);
  const json = synthesised('document-processing-prod');
  expect(json.terraform.backend).toEqual({ gcs: { bucket: 'my-state', prefix: 'document-processing-prod' } });
  expect(json.variable).toBeUndefined();
});

test('reports every problem at once, one line each, and synthesises nothing', () => {
  const bad = { ENVIRONMENT: 'bad', MAX_ATTEMPTS: 'x', CPU: '3', CALLERS: 'allUsers', DISPATCH_DEADLINE_SECONDS: '9' };
  expect(main(bad)).toEqual({
    status: 1,
    stdout: '',
    lines: [
      "DISPATCH_DEADLINE_SECONDS must be from 15 to 1800 seconds, Cloud Tasks' range; received '9'.",
      "MAX_ATTEMPTS must be a whole number of at most 9 digits; received 'x'.",
      "Callers are never public; received 'allUsers': name service accounts or groups.",
      "An instance has 1, 2, 4, 6, 8 vCPUs; received cpu '3': choose one of these.",
    ],
  });
  expect(readdirSync(join(outdir, 'stacks'))).not.toContain('document-processing-bad');
});

test('hostile values end as problems, never as a stack trace', () => {
  const { status, lines } = main({
    ENVIRONMENT: '../../x',
    GCP_PROJECT_ID: 'a b',
    ENQUEUERS: 'user:a b,user:%{x}',
    SECRETS: '__proto__=x,A B=c d',
    LABELS: 'constructor=X',
    QUEUE_COUNT: '999999999',
    KMS_KEY: '\n',
    EXISTING_DOCUMENTS_BUCKET: '/etc',
  });
  expect(status).toBe(1);
  for (const line of lines) expect(line).toMatch(/; received /);
  expect(lines.length).toBeGreaterThan(6);
});
