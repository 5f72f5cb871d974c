import { connect, NEEDED } from '../../../cli/documents/operator.ts';

const COMPLETE = {
  GCP_PROJECT_ID: 'my-project',
  GCP_LOCATION: 'us-central1',
  CLOUD_TASKS_QUEUE: 'documents',
  CLOUD_RUN_SERVICE_URL: 'https://documents-1.us-central1.run.app',
  CLOUD_RUN_SERVICE_ACCOUNT: 'invoker@my-project.iam.gserviceaccount.com',
  DOCUMENTS_BUCKET: 'my-documents',
  RESULTS_BUCKET: 'my-results',
};

test('every missing variable is named at once', async () => {
  const environment = { ...COMPLETE, GCP_LOCATION: '', RESULTS_BUCKET: undefined };
  await expect(connect(environment, NEEDED.enqueuing)).rejects.toThrow(
    'These environment variables are needed and not set: GCP_LOCATION, RESULTS_BUCKET. npm run dev prints them for the ' +
      'local Google; a deployment has them in its output documents_environment.',
  );
});

test('reading needs only the bucket of the records', async () => {
  await expect(connect({}, NEEDED.reading)).rejects.toThrow(/not set: RESULTS_BUCKET\./);
});

test('every value that breaks a rule is named at once', async () => {
  const environment = { ...COMPLETE, GCP_LOCATION: 'here', CLOUD_RUN_SERVICE_URL: 'documents' };
  await expect(connect(environment, NEEDED.enqueuing)).rejects.toThrow(
    'GCP_LOCATION must be a region, such as us-central1; received "here".\n' +
      'CLOUD_RUN_SERVICE_URL must be the URL of the service without a path, such as ' +
      'https://documents-123.us-central1.run.app; received "documents".',
  );
});

test.each([
  ['STORAGE_EMULATOR_HOST', 'CLOUD_TASKS_EMULATOR_HOST'],
  ['CLOUD_TASKS_EMULATOR_HOST', 'STORAGE_EMULATOR_HOST'],
])('%s without %s is refused: records and tasks belong to one Google', async (set, other) => {
  await expect(connect({ ...COMPLETE, [set]: 'localhost:1' }, NEEDED.reading)).rejects.toThrow(
    `${set} is set and ${other} is not: set both for a local Google, neither for a real project.`,
  );
});

test('following outcomes needs their topic, and a local Pub/Sub beside a local Cloud Storage', async () => {
  await expect(connect(COMPLETE, NEEDED.following)).rejects.toThrow(/not set: OUTCOMES_TOPIC\./);
  const environment = { ...COMPLETE, OUTCOMES_TOPIC: 'projects/p/topics/outcomes' };
  const local = { STORAGE_EMULATOR_HOST: 'localhost:1', CLOUD_TASKS_EMULATOR_HOST: 'localhost:2' };
  await expect(connect({ ...environment, ...local }, NEEDED.following)).rejects.toThrow(
    'STORAGE_EMULATOR_HOST is set and PUBSUB_EMULATOR_HOST is not: set both for a local Google, neither for a real project.',
  );
  await expect(connect({ ...environment, PUBSUB_EMULATOR_HOST: 'localhost:3' }, NEEDED.following)).rejects.toThrow(
    'PUBSUB_EMULATOR_HOST is set and STORAGE_EMULATOR_HOST is not',
  );
});
