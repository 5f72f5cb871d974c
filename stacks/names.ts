import { type Check, isWhole } from './checks.ts';

/** Queues at most; Cloud Tasks has room for 1,000 in a region, of all that live there. */
export const MAX_QUEUES = 100;

/** The names of everything in one environment of one project. */
export interface Names {
  /** One for each queue; the first is the same whatever their number. */
  readonly queues: readonly string[];
  /** Matches the names of the queues, however many (RE2). */
  readonly queuePattern: string;
  readonly service: string;
  readonly runtimeAccount: string;
  readonly invokerAccount: string;
  /** Calls the handler for Pub/Sub. */
  readonly uploadsAccount: string;
  readonly outcomesTopic: string;
  readonly documentsBucket: string;
  readonly resultsBucket: string;
  readonly codeBucket: string;
  /** Log-based metrics. */
  readonly failedDocuments: string;
  readonly ageAtStart: string;
}

/** Digits of the longest project numbers seen; the number itself is known only to Terraform. */
const PROJECT_NUMBER_DIGITS = 13;

/**
 * Names that carry the environment, so that several environments can live in one project; those of buckets carry the
 * project too, because they are unique in the world.
 */
export function namesFor(projectId: string, environment: string, queueCount = 1): Names {
  const base = `document-processing-${environment}`;
  // Any other number is a problem that the stack reports.
  const length = isWhole(queueCount, 1, MAX_QUEUES) ? queueCount : 1;
  return {
    queues: Array.from({ length }, (_, index) => (index === 0 ? base : `${base}-queue-${index + 1}`)),
    queuePattern: `${base}(-queue-[0-9]+)?`,
    service: base,
    runtimeAccount: `document-runtime-${environment}`,
    invokerAccount: `document-invoker-${environment}`,
    uploadsAccount: `document-uploads-${environment}`,
    outcomesTopic: `${base}-outcomes`,
    documentsBucket: `${projectId}-documents-${environment}`,
    resultsBucket: `${projectId}-results-${environment}`,
    codeBucket: `${projectId}-code-${environment}`,
    failedDocuments: `${base}/failed-documents`,
    ageAtStart: `${base}/age-at-start`,
  };
}

/** What an environment may be called: it ends every name, those of service accounts and buckets included. */
export const ENVIRONMENT_NAME = /^[a-z]([a-z0-9-]*[a-z0-9])?$/;

/** Says what is wrong with a name that {@link ENVIRONMENT_NAME} refuses. */
export function environmentNameProblem(environment: string): string {
  return (
    'An environment name has lower-case letters, digits and inner hyphens, a letter first; ' +
    `received '${environment}': use one such as 'dev' or 'prod'.`
  );
}

/** Google's rules for these names, as far as project and environment can break them. */
export function nameChecks(projectId: string, environment: string, queueCount = 1): Check[] {
  const names = namesFor(projectId, environment, queueCount);
  const shorten = `shorten the environment name '${environment}'`;
  const atMost = (what: string, name: string, limit: number): Check => ({
    values: [name],
    condition: name.length <= limit,
    message:
      `The name of a ${what} has at most ${limit} characters; ` + `received '${name}' with ${name.length}: ${shorten}.`,
  });
  const hostLabel = `${names.service}-${'0'.repeat(PROJECT_NUMBER_DIGITS)}`;
  return [
    {
      values: [environment],
      condition: ENVIRONMENT_NAME.test(environment),
      message: environmentNameProblem(environment),
    },
    {
      values: [projectId],
      condition: /^[a-z][a-z0-9-]{4,28}[a-z0-9]$/.test(projectId),
      message:
        'A project id has 6 to 30 lower-case letters, digits and inner hyphens, a letter first; received ' +
        `'${projectId}': use the id, not the project's name or number.`,
    },
    ...names.queues.map((queue) => atMost('Cloud Tasks queue', queue, 100)),
    atMost('Cloud Run service', names.service, 49),
    atMost('service account', names.runtimeAccount, 30),
    atMost('service account', names.invokerAccount, 30),
    atMost('service account', names.uploadsAccount, 30),
    atMost('bucket', names.documentsBucket, 63),
    atMost('bucket', names.resultsBucket, 63),
    atMost('bucket', names.codeBucket, 63),
    {
      values: [environment],
      condition: hostLabel.length <= 63,
      message:
        "The first label of the service's host, service name and project number, has at most 63 characters; received " +
        `${hostLabel.length} with '${names.service}': ${shorten}.`,
    },
  ];
}
