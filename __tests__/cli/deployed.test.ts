import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { text } from 'node:stream/consumers';
import { servedRevision } from '../../cli/served-revision.ts';

const NAME = 'projects/my-project/locations/us-central1/services/document-processing-dev';
const revision = (number: number) => `${NAME}/revisions/document-processing-dev-0000${number}`;
const ready = { latestCreatedRevision: revision(2), latestReadyRevision: revision(2) };

describe('what Cloud Run shows', () => {
  test('the latest revision serves when it is ready', () => {
    const terminalCondition = { type: 'Ready', state: 'CONDITION_SUCCEEDED' };
    expect(servedRevision({ name: NAME, ...ready, terminalCondition, uid: 'and more' })).toEqual({
      serves: true,
      line: 'document-processing-dev serves what was deployed last, document-processing-dev-00002.',
    });
  });

  test('a failed update is told from a finished one, with the reason and what serves', () => {
    const terminalCondition = { state: 'CONDITION_FAILED', message: 'The container failed to start' };
    const failed = {
      name: NAME,
      latestCreatedRevision: revision(2),
      latestReadyRevision: revision(1),
      terminalCondition,
    };
    expect(servedRevision(failed)).toEqual({
      serves: false,
      line:
        'document-processing-dev does not serve what was deployed last, document-processing-dev-00002 (The container failed to ' +
        'start); document-processing-dev-00001 goes on serving.',
    });
  });

  test('a first revision that failed serves nothing', () => {
    expect(servedRevision({ name: NAME, latestCreatedRevision: revision(1) })).toEqual({
      serves: false,
      line:
        'document-processing-dev does not serve what was deployed last, document-processing-dev-00001 (Cloud Run gives no reason); ' +
        'no revision serves.',
    });
  });

  test('a change that is not over, and traffic that was sent elsewhere by hand, are none', () => {
    expect(servedRevision({ name: NAME, ...ready, reconciling: true })).toEqual({
      serves: false,
      line: 'document-processing-dev is still being changed, and document-processing-dev-00002 goes on serving: ask again in a minute.',
    });
    const traffic = [{ type: 'TRAFFIC_TARGET_ALLOCATION_TYPE_REVISION', revision: 'document-processing-dev-00001' }];
    expect(servedRevision({ name: NAME, ...ready, traffic })).toEqual({
      serves: false,
      line:
        'document-processing-dev is ready with document-processing-dev-00002, but its traffic was sent to document-processing-dev-00001 ' +
        'by hand: deploy again.',
    });
  });

  test('what is no service is an error', () => {
    expect(() => servedRevision({})).toThrow(/name/);
  });
});

const folder = mkdtempSync(path.join(tmpdir(), 'deployed-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the command where Terraform has these outputs and Cloud Run answers so. */
async function run(outputs: object, [status, answer]: readonly [number, object] = [500, {}], variables = {}) {
  mkdirSync(path.join(folder, 'stacks/document-processing-dev'), { recursive: true });
  const program = path.join(folder, 'terraform.sh');
  writeFileSync(path.join(folder, 'outputs.json'), JSON.stringify(outputs));
  writeFileSync(program, `#!/bin/sh\nif [ "$1" = output ]; then cat '${folder}/outputs.json'; fi\n`);
  chmodSync(program, 0o755);
  const asked: string[] = [];
  const cloudRun = createServer(({ url, headers }, response) => {
    asked.push(`${url} ${headers.authorization}`);
    response.writeHead(status).end(JSON.stringify(answer));
  }).listen(0, '127.0.0.1');
  await once(cloudRun, 'listening');
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = {
    PATH,
    NODE_COMPILE_CACHE,
    TERRAFORM_BINARY_NAME: program,
    CDKTF_OUTDIR: folder,
    GOOGLE_OAUTH_ACCESS_TOKEN: 'mine',
    GOOGLE_CLOUD_RUN_V2_CUSTOM_ENDPOINT: `http://127.0.0.1:${(cloudRun.address() as AddressInfo).port}/v2/`,
    ...variables,
  };
  const child = spawn(process.execPath, ['--no-warnings', 'cli/deployed.ts'], {
    env,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'close')]);
  cloudRun.close();
  return { code, out, err, asked };
}

const OUTPUTS = {
  queue_ids: { value: ['projects/my-project/locations/us-central1/queues/document-processing-dev'] },
  service_url: { value: 'https://document-processing-dev-1.us-central1.run.app' },
  first_document_command: { value: 'gcloud storage cp README.md gs://bucket/first.md && more' },
  documents_environment: { value: 'export GCP_PROJECT_ID=my-project\nexport RESULTS_BUCKET=results' },
};

test('npm run deployed prints the outputs as they can be pasted, of what serves', async () => {
  expect(await run(OUTPUTS, [200, { name: NAME, ...ready }])).toEqual({
    code: 0,
    out:
      'document-processing-dev serves what was deployed last, document-processing-dev-00002.\n\n' +
      'A first document, README.md:\n\ngcloud storage cp README.md gs://bucket/first.md && more\n\n' +
      'For npm run documents:\n\nexport GCP_PROJECT_ID=my-project\nexport RESULTS_BUCKET=results\n',
    err: '',
    asked: [`/v2/${NAME} Bearer mine`],
  });
});

test('what does not serve is a line, and exit code 1', async () => {
  const { code, out } = await run(OUTPUTS, [200, { name: NAME, latestCreatedRevision: revision(1) }]);
  expect([code, out]).toEqual([1, expect.stringMatching(/^document-processing-dev does not serve .*\.\n$/)]);
});

test("Cloud Run's refusal is a line, and exit code 1", async () => {
  expect(await run(OUTPUTS, [403, { error: { message: 'Permission denied' } }])).toMatchObject({
    code: 1,
    err: `Cloud Run does not show ${NAME} (403): Permission denied\n`,
  });
});

test('what was never deployed from here is a usage error', async () => {
  const nothing = (name: string) =>
    `Nothing was deployed from here as ${name} (in ${path.join(folder, 'stacks', name)}): deploy it with npx cdktf deploy, or name ` +
    'another ENVIRONMENT.\n';
  const prod = { ENVIRONMENT: 'prod' };
  expect(await run({}, undefined, prod)).toMatchObject({ code: 2, err: nothing('document-processing-prod') });
  expect(await run({})).toMatchObject({ code: 2, err: nothing('document-processing-dev') });
  // Synthesised, and no more.
  const uninitialised = path.join(folder, 'uninitialised.sh');
  const refusal = 'Error: Backend initialization required, please run "terraform init"';
  writeFileSync(uninitialised, `#!/bin/sh\nif [ "$1" = output ]; then echo '${refusal}' >&2; exit 1; fi\n`);
  chmodSync(uninitialised, 0o755);
  const only = { TERRAFORM_BINARY_NAME: uninitialised };
  expect(await run({}, undefined, only)).toMatchObject({ code: 2, err: nothing('document-processing-dev') });
});
