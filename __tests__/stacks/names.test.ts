import { nameChecks, namesFor } from '../../stacks/names.ts';
import { stackProblems } from './synthesised-stack.ts';

function problems(projectId: string, environment: string): string[] {
  return nameChecks(projectId, environment)
    .filter(({ condition }) => !condition)
    .map(({ message }) => message);
}

test('every name ends in the environment, those of buckets begin with the project', () => {
  expect(namesFor('my-project', 'dev')).toEqual({
    queues: ['document-processing-dev'],
    queuePattern: 'document-processing-dev(-queue-[0-9]+)?',
    service: 'document-processing-dev',
    runtimeAccount: 'document-runtime-dev',
    invokerAccount: 'document-invoker-dev',
    uploadsAccount: 'document-uploads-dev',
    outcomesTopic: 'document-processing-dev-outcomes',
    documentsBucket: 'my-project-documents-dev',
    resultsBucket: 'my-project-results-dev',
    codeBucket: 'my-project-code-dev',
    failedDocuments: 'document-processing-dev/failed-documents',
    ageAtStart: 'document-processing-dev/age-at-start',
  });
});

test('more queues leave the first as it is', () => {
  expect(namesFor('my-project', 'dev', 3).queues).toEqual([
    'document-processing-dev',
    'document-processing-dev-queue-2',
    'document-processing-dev-queue-3',
  ]);
});

test('one pattern matches all queues, and none of another environment', () => {
  const pattern = new RegExp(`^(${namesFor('my-project', 'dev').queuePattern})$`);
  expect(namesFor('my-project', 'dev', 100).queues.filter((queue) => !pattern.test(queue))).toEqual([]);
  expect(namesFor('my-project', 'dev-2', 3).queues.filter((queue) => pattern.test(queue))).toEqual([]);
});

test.each(['d', 'dev', 'prod', 'pull-12', 'environment13'])(
  "takes the environment '%s' in the longest project id",
  (name) => {
    expect(problems('p'.repeat(30), name)).toEqual([]);
  },
);

test.each(['Dev', '1st', 'a_b', 'dev-', '-dev', 'a b', 'dév'])("refuses the environment '%s'", (name) => {
  expect(problems('my-project', name)).toEqual([
    'An environment name has lower-case letters, digits and inner hyphens, a letter first; ' +
      `received '${name}': use one such as 'dev' or 'prod'.`,
  ]);
});

test.each(['short', 'My-Project', '123456789012', 'p'.repeat(31), 'my-project-'])(
  "refuses the project id '%s'",
  (id) => {
    expect(problems(id, 'dev')).toEqual([
      'A project id has 6 to 30 lower-case letters, digits and inner hyphens, a letter first; ' +
        `received '${id}': use the id, not the project's name or number.`,
    ]);
  },
);

test('refuses an environment that makes the names of service accounts too long', () => {
  expect(problems('my-project', 'environment-14')).toEqual([
    "The name of a service account has at most 30 characters; received 'document-runtime-environment-14' with 31: " +
      "shorten the environment name 'environment-14'.",
    "The name of a service account has at most 30 characters; received 'document-invoker-environment-14' with 31: " +
      "shorten the environment name 'environment-14'.",
    "The name of a service account has at most 30 characters; received 'document-uploads-environment-14' with 31: " +
      "shorten the environment name 'environment-14'.",
  ]);
});

test('refuses an environment that makes the names of service, host and bucket too long', () => {
  const environment = 'e'.repeat(43);
  expect(problems('my-project', environment)).toEqual(
    expect.arrayContaining([
      'The name of a Cloud Run service has at most 49 characters; ' +
        `received 'document-processing-${environment}' with 63: ` +
        `shorten the environment name '${environment}'.`,
      `The name of a bucket has at most 63 characters; received 'my-project-documents-${environment}' with 64: ` +
        `shorten the environment name '${environment}'.`,
      "The first label of the service's host, service name and project number, has at most 63 characters; received " +
        `77 with 'document-processing-${environment}': shorten the environment name '${environment}'.`,
    ]),
  );
});

test('refuses an environment that makes the name of the queue too long', () => {
  const environment = 'e'.repeat(81);
  expect(problems('my-project', environment)).toContain(
    'The name of a Cloud Tasks queue has at most 100 characters; ' +
      `received 'document-processing-${environment}' with 101: ` +
      `shorten the environment name '${environment}'.`,
  );
});

test('the stack reports them, and leaves a project that only Terraform will know to Terraform', () => {
  expect(stackProblems({ environment: 'Dev', projectId: 'p' })).toHaveLength(2);
  expect(stackProblems({})).toEqual([]);
});
