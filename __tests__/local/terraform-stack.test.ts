// biome-ignore-all lint/suspicious/noTemplateCurlyInString: Terraform's references look like this.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TerraformStack, type TerraformValue } from '../../local/terraform-stack.ts';
import { uniqueIdOf } from '../../local/token-issuer.ts';
import { PROJECT, QUEUE, RUNTIME, SERVICE_URL, stackJson } from './fixtures/stack.ts';

const context = { folder: '/stack', variables: { project_id: PROJECT }, projectNumber: '123456789012' };
const stack = new TerraformStack(stackJson(), context);

const references: [reference: string, value: TerraformValue][] = [
  ['var.project_id', PROJECT],
  ['google_cloud_tasks_queue.queue.name', 'demo'],
  ['google_cloud_tasks_queue.queue.id', QUEUE],
  ['google_cloud_tasks_queue.queue.project', PROJECT],
  ['google_cloud_tasks_queue.queue.rate_limits[0].max_concurrent_dispatches', 40],
  ['google_cloud_tasks_queue.queue.retry_config.max_attempts', 5],
  ['google_service_account.runtime.email', RUNTIME],
  ['google_service_account.runtime.member', `serviceAccount:${RUNTIME}`],
  ['google_service_account.runtime.name', `projects/${PROJECT}/serviceAccounts/${RUNTIME}`],
  ['google_service_account.runtime.id', `projects/${PROJECT}/serviceAccounts/${RUNTIME}`],
  ['google_service_account.runtime.unique_id', uniqueIdOf(RUNTIME)],
  ['google_cloud_run_v2_service.service.uri', SERVICE_URL],
  ['google_cloud_run_v2_service.service.id', `projects/${PROJECT}/locations/us-central1/services/demo`],
  ['google_cloud_run_v2_service.service.template[0].containers[0].env[0].value', 'demo'],
  ['google_storage_bucket.code.url', `gs://${PROJECT}-code`],
  ['google_storage_bucket_object.bundle.output_name', 'handler.mjs'],
  ['data.google_project.project.number', '123456789012'],
  ['google_service_account_iam_member.act-as_runtime.role', 'roles/iam.serviceAccountUser'],
];
test.each(references)('${%s} is %p', (reference, value) => {
  expect(stack.resolve(`\${${reference}}`)).toEqual(value);
});

test('references are resolved at any depth, inside longer strings too', () => {
  const value = { list: ['a/${var.project_id}/${google_cloud_tasks_queue.queue.name}', 1, null] };
  expect(stack.resolve(value)).toEqual({ list: [`a/${PROJECT}/demo`, 1, null] });
});

test('$${ is a plain ${, %%{ a plain %{', () => {
  expect(stack.resolve('100 %%{a} of $$${b}')).toBe('100 %{a} of $${b}');
  expect(stack.resolve('$${var.project_id} of ${var.project_id}')).toBe('${var.project_id} of local-project');
});

test.each([
  'google_service_account.nobody.email',
  'google_service_account.runtime.toString',
  'google_sql_database_instance.db.name',
  'data.google_project.project.billing_account',
  'var.unknown',
  'jsonencode({})',
  'a ? b : c',
])('${%s} is refused by its name', (reference) => {
  expect(() => stack.resolve(`see \${${reference}}`)).toThrow('which is none that it knows');
  expect(() => stack.resolve(`\${${reference.replace(/[{}]/g, '')}}`)).toThrow(reference.replace(/[{}]/g, ''));
});

test('a reference that leads back to itself is refused', () => {
  const json = {
    resource: {
      google_storage_bucket: {
        a: { name: '${google_storage_bucket.b.name}' },
        b: { name: '${google_storage_bucket.a.name}' },
      },
    },
  };
  expect(() => new TerraformStack(json, context).resource('google_storage_bucket', 'a')).toThrow(
    'The reference "${google_storage_bucket.b.name}" leads back to itself: google_storage_bucket.b.name -> google_storage_bucket.a.name.',
  );
});

test("a variable's default stands in for a value that was not given", () => {
  const json = stackJson();
  json.variable.project_id.default = 'from-default';
  expect(new TerraformStack(json, { ...context, variables: {} }).projectId).toBe('from-default');
});

test('a variable without a value is refused by its name', () => {
  expect(() => new TerraformStack(stackJson(), { ...context, variables: {} }).projectId).toThrow(
    'The stack\'s variable "project_id" has no default: give it a value.',
  );
});

test('a stack without a provider has no project to work in', () => {
  expect(() => new TerraformStack({ resource: {} }, context).projectId).toThrow(
    "The stack's google provider names no project.",
  );
});

describe('read', () => {
  const folder = mkdtempSync(join(tmpdir(), 'terraform-stack-'));
  const file = join(folder, 'cdk.tf.json');
  afterAll(() => rmSync(folder, { recursive: true }));

  test('takes the folder of the file for relative paths', () => {
    writeFileSync(file, JSON.stringify(stackJson()));
    expect(TerraformStack.read(file, context).folder).toBe(folder);
  });

  test.each([
    ['{', 'is no JSON: make it with npx cdktf synth.'],
    ['[]', 'A stack is Terraform JSON with a "resource" block; make one with "npx cdktf synth".'],
    ['null', 'A stack is Terraform JSON'],
  ])('refuses a file with %p', (content, message) => {
    writeFileSync(file, content);
    expect(() => TerraformStack.read(file, context)).toThrow(message);
  });

  test('refuses a file that is not there, and says how to make it', () => {
    expect(() => TerraformStack.read('/nowhere/cdk.tf.json', context)).toThrow(
      'The stack /nowhere/cdk.tf.json is not there: make it with npx cdktf synth.',
    );
  });
});
