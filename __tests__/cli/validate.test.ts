import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Terraform } from '../../cli/terraform.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'validate-test-'));
afterAll(() => rmSync(folder, { recursive: true }));

const { signal } = new AbortController();
const calls = path.join(folder, 'calls');

/** A Terraform that answers each of its commands by a line of shell, and notes how it was called. */
function fakeTerraform(answers: { version?: string; init?: string; validate?: string }): string {
  const program = path.join(folder, 'terraform.sh');
  const cases = Object.entries(answers).map(([command, line]) => `${command}) ${line};;`);
  writeFileSync(program, `#!/bin/sh\necho "$@" >> '${calls}'\ncase "$1" in ${cases.join('\n')} esac\n`);
  chmodSync(program, 0o755);
  writeFileSync(calls, '');
  return program;
}

async function validateWith(answers: Parameters<typeof fakeTerraform>[0]): Promise<string> {
  const program = fakeTerraform(answers);
  return (await Terraform.find({ program, cacheFolder: folder, signal })).validate(folder);
}

test('a stack is valid when Terraform says so, without a backend', async () => {
  expect(await validateWith({})).toBe('');
  expect(readFileSync(calls, 'utf8').trim().split('\n')).toEqual([
    'version',
    'init -backend=false -input=false -no-color',
    'validate -no-color',
  ]);
});

test("a stack is not valid for Terraform's own reasons", async () => {
  const refused = "echo 'Error: Unsupported argument' >&2; exit 1";
  expect(await validateWith({ validate: refused })).toBe('Error: Unsupported argument');
  expect(await validateWith({ init: refused })).toBe('Error: Unsupported argument');
  expect(await validateWith({ validate: 'exit 3' })).toBe('ended with 3');
});

test('a Terraform that is not there is one line', async () => {
  const program = path.join(folder, 'missing');
  await expect(Terraform.find({ program, cacheFolder: folder, signal })).rejects.toThrow(
    `${program} is not there. Install Terraform, or name another program in TERRAFORM_BINARY_NAME.`,
  );
  await expect(validateWith({ version: 'exit 1' })).rejects.toThrow(/terraform\.sh ended with 1\. Install Terraform/);
});

test('a provider that cannot be downloaded is one line', async () => {
  const message = [
    'Error: Failed to query available provider packages',
    '',
    'Could not retrieve the list of available versions for provider',
    'hashicorp/google: could not connect to registry.example: failed to',
    'request discovery document: no such host',
    '',
    'To see which modules depend on it, run: terraform providers',
  ].join('\n');
  await expect(validateWith({ init: `echo '${message}' >&2; exit 1` })).rejects.toThrow(
    'Could not retrieve the list of available versions for provider hashicorp/google: could not connect to ' +
      "registry.example. Run it where the registry is in reach, or name a mirror in Terraform's own configuration.",
  );
});

/** Runs `npm run validate`. */
function run(program: string) {
  const { PATH, NODE_COMPILE_CACHE } = process.env;
  const env = { PATH, NODE_COMPILE_CACHE, TERRAFORM_BINARY_NAME: program };
  const words = ['--no-warnings', 'cli/validate.ts'];
  const { status, stdout, stderr } = spawnSync(process.execPath, words, { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('every environment is validated, each as it was synthesised', () => {
  const program = fakeTerraform({ validate: 'grep -q google_cloud_tasks_queue cdk.tf.json' });
  expect(run(program)).toEqual({
    status: 0,
    stdout: 'dev: valid\nprod: valid\ndocling: valid\neverything-on: valid\n',
    stderr: '',
  });
});

test('what is missing is no failure', () => {
  expect(run('terraform-that-is-not-there')).toEqual({
    status: 0,
    stdout:
      'Not validated: terraform-that-is-not-there is not there. Install Terraform, or name another program in ' +
      'TERRAFORM_BINARY_NAME.\n',
    stderr: '',
  });
});
