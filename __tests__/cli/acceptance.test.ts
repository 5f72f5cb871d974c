import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type AcceptedStep, acceptDeployments } from '../../cli/acceptance/accept-deployments.ts';
import { ControlPlane } from '../../cli/control-plane/control-plane.ts';
import { Terraform } from '../../cli/terraform.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'acceptance-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

interface Answers {
  /** What it would change, by its first and by its later plans. */
  readonly first?: readonly object[];
  readonly later?: readonly object[];
  /** A line of shell for `apply` and `destroy`. */
  readonly apply?: string;
  readonly destroy?: string;
  /** The same for `plan`. */
  readonly plan?: string;
  /** How it is to refuse to plan. */
  readonly refused?: string;
  /** Whether the deployment is to fail. */
  readonly fails?: boolean;
}

const change = (address: string, ...actions: string[]) => ({
  address,
  type: address.split('.')[0],
  change: { actions },
});

/** What is seen of one deployment of an own image, by a Terraform that answers so. */
async function steps({
  first = [],
  later = [],
  apply = 'true',
  destroy = 'true',
  plan = 'true',
  ...deployment
}: Answers) {
  const work = mkdtempSync(path.join(folder, 'work-'));
  const program = path.join(work, 'terraform.sh');
  const planOf = (changes: readonly object[]) => `echo '${JSON.stringify({ resource_changes: changes })}'`;
  const show = `show) if [ -f shown ]; then ${planOf(later)}; else touch shown; ${planOf(first)}; fi;;`;
  writeFileSync(
    program,
    `#!/bin/sh\ncase "$1" in ${show}\nplan) ${plan};;\napply) ${apply};;\ndestroy) ${destroy};; esac\n`,
  );
  chmodSync(program, 0o755);
  const { signal } = new AbortController();
  await using google = await ControlPlane.start();
  const terraform = await Terraform.find({ program, signal, environment: google.environment });
  const variables = { GCP_PROJECT_ID: 'my-project', CONTAINER_IMAGE: 'docker.io/library/handler:1' };
  const scenario = { name: 'test', deployments: [{ step: 'deploy', variables, ...deployment }] };
  const options = { google, terraform, folder: path.join(work, 'out'), signal };
  const seen: AcceptedStep[] = [];
  for await (const step of acceptDeployments(scenario, options)) seen.push(step);
  return seen;
}

test('a deployment that changes in place, has an empty second plan and goes is as it should be', async () => {
  const first = [
    change('google_storage_bucket.documents', 'create'),
    change('google_cloud_tasks_queue.queue', 'update'),
  ];
  expect(await steps({ first, later: [change('google_storage_bucket.documents', 'no-op')] })).toEqual([
    { step: 'deploy', problems: [] },
    { step: 'destroy', problems: [] },
  ]);
});

test('what is replaced, and what the second plan still changes, is named', async () => {
  const first = [
    change('google_storage_bucket.documents', 'delete', 'create'),
    change('terraform_data.x', 'delete', 'create'),
  ];
  const [deploy] = await steps({ first, later: [change('google_cloud_run_v2_service.service', 'update')] });
  expect(deploy?.problems).toEqual([
    'google_storage_bucket.documents is replaced',
    'the second plan still changes google_cloud_run_v2_service.service',
  ]);
});

test('a call that the control plane does not know is named, and what a destroy leaves', async () => {
  const curl = (line: string) => `node -e "fetch(process.env.GOOGLE_IAM_CUSTOM_ENDPOINT + 'projects/p/${line}')"`;
  const account = `serviceAccounts', { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify({ accountId: 'a' }) }) //`;
  expect(await steps({ apply: curl('roles'), destroy: curl(account) })).toEqual([
    { step: 'deploy', problems: ['the fake control plane does not know GET iam/v1/projects/p/roles'] },
    { step: 'destroy', problems: ['a@p.iam.gserviceaccount.com is left'] },
  ]);
});

test('after what Terraform cannot do there is no further step; its first error is a line', async () => {
  const error = `printf 'Warning: Unable to open it\\n\\n\\nError: Error creating\\nQueue: 409\\n\\n\\nError: another\\n' >&2; exit 1`;
  expect(await steps({ apply: error })).toEqual([
    { step: 'deploy', problems: ['terraform apply ended with 1: Error: Error creating Queue: 409'] },
  ]);
});

test('a deployment that is to fail does so, and Terraform says it', async () => {
  const destroy = { step: 'destroy', problems: [] };
  expect(await steps({ fails: true, apply: 'exit 1' })).toEqual([{ step: 'deploy', problems: [] }, destroy]);
  expect(await steps({ fails: true })).toEqual([
    { step: 'deploy', problems: ['Terraform takes it for done'] },
    destroy,
  ]);
});

test('a deployment that is to be refused is, before anything is done, and for that reason', async () => {
  const refused = 'Error: Instance cannot be destroyed';
  const plan = (text: string) => `printf 'Error: ${text}\\n' >&2; exit 1`;
  const destroy = { step: 'destroy', problems: [] };
  const apply = 'touch applied';
  expect(await steps({ refused, apply, plan: plan('Instance cannot be destroyed') })).toEqual([
    { step: 'deploy', problems: [] },
    destroy,
  ]);
  const [other] = await steps({ refused, apply, plan: plan('Cycle') });
  expect(other?.problems).toEqual(['terraform plan ended with 1: Error: Cycle']);
  const [none] = await steps({ refused, apply });
  expect(none?.problems).toEqual(['Terraform would do it']);
});

test.each([
  ['acceptance', 'terraform is not there. Install Terraform, or name another program in TERRAFORM_BINARY_NAME.'],
  ['alerts', "promtool is not there. Install Prometheus (Debian's package is prometheus)."],
  ['scan', 'checkov is not there. Install it: pipx install checkov.'],
])('npm run %s without the program that it needs is a line and no failure', (command, why) => {
  const { NODE_COMPILE_CACHE } = process.env;
  const env = { PATH: '/nowhere', NODE_COMPILE_CACHE };
  const { status, stdout, stderr } = spawnSync(process.execPath, ['--no-warnings', `cli/${command}.ts`], {
    env,
    encoding: 'utf8',
  });
  expect({ status, stdout, stderr }).toEqual({ status: 0, stdout: `Not run: ${why}\n`, stderr: '' });
});
