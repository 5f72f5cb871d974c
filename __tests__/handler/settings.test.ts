import { SETTING_NAMES } from '../../handler/setting-names.ts';
import { InvalidSettingsError, readSettings } from '../../handler/settings.ts';

const problemsOf = (environment: Record<string, string>): readonly string[] => {
  try {
    readSettings(environment);
  } catch (error) {
    if (error instanceof InvalidSettingsError) return error.problems;
    throw error;
  }
  return [];
};

test('nothing set: the five of the queue are empty strings and everything else has its default', () => {
  expect(readSettings({})).toMatchObject({
    projectId: '',
    location: '',
    queue: '',
    serviceUrl: '',
    serviceAccount: '',
    documentsBucket: '',
    resultsBucket: '',
    maxAttempts: 5,
    maxDocumentBytes: 52_428_800,
    acceptRemovedSignature: false,
    jwksUrl: 'https://www.googleapis.com/oauth2/v3/certs',
    logLevel: 'info',
    host: '0.0.0.0',
    port: 8080,
    deadlines: { dispatchDeadlineSeconds: 600, requestTimeoutSeconds: 595, budgetSeconds: 540 },
  });
});

test('a variable set to the empty string counts as not set', () => {
  const empty = Object.fromEntries(SETTING_NAMES.map((name) => [name, '']));
  expect(readSettings(empty)).toEqual(readSettings({}));
});

test('every problem is reported at once, by name, with the rule and the value', () => {
  expect(
    problemsOf({
      CLOUD_TASKS_QUEUE: 'projects/p/locations/l/queues/q',
      CLOUD_RUN_SERVICE_URL: 'https://x.run.app/path',
      CLOUD_TASKS_MAX_ATTEMPTS: 'many',
      DISPATCH_DEADLINE_SECONDS: '10',
    }),
  ).toEqual([
    `CLOUD_TASKS_QUEUE must be the queue's short name (letters, digits and hyphens), not its full id; several are separated by commas; received "projects/p/locations/l/queues/q".`,
    `CLOUD_RUN_SERVICE_URL must be the URL of the service without a path, such as https://documents-123.us-central1.run.app; received "https://x.run.app/path".`,
    'DISPATCH_DEADLINE_SECONDS must be a whole number of seconds from 15 to 1800; received "10".',
    'CLOUD_TASKS_MAX_ATTEMPTS must be a whole number from 1 to 100; received "many".',
  ]);
});

test.each([
  ['GCP_PROJECT_ID', 'My Project'],
  ['GCP_LOCATION', 'us-central1-a/b'],
  ['CLOUD_RUN_SERVICE_ACCOUNT', 'invoker'],
  ['DOCUMENTS_BUCKET', 'gs://documents'],
  ['RESULTS_BUCKET', 'UPPER'],
  ['MAX_DOCUMENT_BYTES', '-1'],
  ['ACCEPT_REMOVED_SIGNATURE', 'yes'],
  ['OIDC_JWKS_URL', 'file:///keys'],
  ['LOG_LEVEL', 'loud'],
  ['PORT', '99999'],
])('%s refuses %j and says so', (name, value) => {
  const [problem, ...others] = problemsOf({ [name]: value });
  expect(others).toEqual([]);
  expect(problem).toMatch(new RegExp(`^${name} must be .*; received "${value}"\\.$`));
});
