import { execFileSync } from 'node:child_process';
import { documentationTable, inCode } from '../documentation.ts';
import { type Block, stackJson } from './synthesised-stack.ts';

/* biome-ignore-start lint/suspicious/noTemplateCurlyInString: Terraform's own references */

const { output = {} } = stackJson({ projectId: 'my-project', queueCount: 2 });
const value = (name: string) => output[name]?.value;

test('name what was deployed', () => {
  expect(value('queue_ids')).toEqual([
    '${google_cloud_tasks_queue.queue.id}',
    '${google_cloud_tasks_queue.queue-2.id}',
  ]);
  expect(value('service_url')).toBe(
    'https://document-processing-dev-${data.google_project.project.number}.us-central1.run.app',
  );
  expect(value('runtime_service_account')).toBe('${google_service_account.runtime.email}');
  expect(value('invoker_service_account')).toBe('${google_service_account.invoker.email}');
  expect(value('documents_bucket')).toBe('${google_storage_bucket.documents.name}');
  expect(value('results_bucket')).toBe('${google_storage_bucket.results.name}');
  for (const { description } of Object.values(output) as Block[]) expect(description).toMatch(/\.$/);
});

test('are those that the documentation lists', () => {
  const listed = documentationTable('docs/deploying.md', 'output').flatMap(([names = '']) => inCode(names));
  expect(listed.sort()).toEqual(Object.keys(output).sort());
});

/** Runs the command in a shell in which gcloud prints its arguments, one a line. */
function run(command: string): string[] {
  const gcloud = `gcloud() { if [ "$2" = objects ]; then echo 17; else printf '%s\\n' "$@"; fi; }`;
  return execFileSync('bash', ['-c', `${gcloud}\n${command}`], { encoding: 'utf8' })
    .trim()
    .split('\n');
}

test('the command for a first document uploads it and enqueues a task that the handler takes', () => {
  // As Terraform fills it in.
  const command: string = value('first_document_command')
    .replaceAll('${google_storage_bucket.documents.name}', 'my-documents')
    .replaceAll('${google_service_account.invoker.email}', 'invoker@my-project.iam.gserviceaccount.com')
    .replaceAll('${data.google_project.project.number}', '123');
  const url = 'https://document-processing-dev-123.us-central1.run.app';
  expect(command).not.toContain('${');
  const words = run(command);
  expect(words.slice(0, -1)).toEqual([
    'storage',
    'cp',
    'README.md',
    'gs://my-documents/first.md',
    'tasks',
    'create-http-task',
    '--project=my-project',
    '--location=us-central1',
    '--queue=document-processing-dev',
    '--method=POST',
    `--url=${url}/tasks/process-document`,
    '--header=Content-Type:application/json',
    '--oidc-service-account-email=invoker@my-project.iam.gserviceaccount.com',
    `--oidc-token-audience=${url}`,
  ]);
  expect(JSON.parse(words.at(-1)?.replace('--body-content=', '') ?? '')).toEqual({
    documentId: 'first-17',
    sourceUri: 'gs://my-documents/first.md',
    generation: '17',
    filename: 'first.md',
  });
});

/* biome-ignore-end lint/suspicious/noTemplateCurlyInString: Terraform's own references */
