import fc from 'fast-check';
import { readAppSettings } from '../../stacks/settings.ts';
import { anyCharacter } from '../arbitrary-text.ts';

test('nothing set is a whole answer: every default stays where it is documented', () => {
  expect(readAppSettings({})).toEqual({ settings: { props: {} }, problems: [] });
});

test('the topic of outcomes is not called TRUE', () => {
  expect(readAppSettings({ OUTCOMES: 'TRUE' }).problems).toEqual(["OUTCOMES must be true or false; received 'TRUE'."]);
  expect(readAppSettings({ OUTCOMES: 'true-topic' }).settings.props).toEqual({ outcomes: 'true-topic' });
});

test('an empty variable counts as not set', () => {
  expect(readAppSettings({ GCP_PROJECT_ID: '', MAX_INSTANCES: ' ', CALLERS: '' })).toEqual({
    settings: { props: {} },
    problems: [],
  });
});

test('reads every variable', () => {
  const variables = {
    GCP_PROJECT_ID: 'my-project',
    GCP_LOCATION: 'europe-west1',
    ENVIRONMENT: 'prod',
    LABELS: 'team=papers,cost=a=b',
    CALLERS: 'user:a@example.com, group:b@example.com',
    ENQUEUERS: 'group:c@example.com',
    DISPATCH_DEADLINE_SECONDS: '900',
    MAX_ATTEMPTS: '7',
    QUEUE_COUNT: '3',
    DRAINING_QUEUES: '1',
    MAX_DISPATCHES_PER_SECOND: '10',
    MAX_CONCURRENT_DISPATCHES: '4',
    LOG_SAMPLING_RATIO: '0.25',
    CPU: '2',
    MEMORY: '4Gi',
    CONCURRENCY: '1',
    MIN_INSTANCES: '0',
    MAX_INSTANCES: '20',
    INGRESS: 'INGRESS_TRAFFIC_ALL',
    VPC_NETWORK: 'my-network',
    VPC_SUBNETWORK: 'my-subnetwork',
    VPC_EGRESS: 'ALL_TRAFFIC',
    DOCLING: 'true',
    DOCLING_IMAGE: 'docker.io/my/docling:1',
    DOCLING_CPU: '2',
    DOCLING_MEMORY: '6Gi',
    EXTRACTION_SCHEMA_FILE: 'my.schema.json',
    EXTRACTION_MODEL: 'gemini-3-flash',
    EXTRACTION_LOCATION: 'global',
    EXTRACTION_INPUT: 'pdf',
    EXTRACTION_INPUT_PRICE: '0.30',
    EXTRACTION_OUTPUT_PRICE: '2.5',
    SECRETS: 'API_KEY=my-secret',
    KMS_KEY: 'projects/p/locations/l/keyRings/r/cryptoKeys/k',
    FORMER_KMS_KEYS: 'projects/p/locations/l/keyRings/r/cryptoKeys/old',
    EXISTING_DOCUMENTS_BUCKET: 'my-documents',
    EXISTING_RESULTS_BUCKET: 'my-results',
    DOCUMENTS_RETENTION_DAYS: '30',
    RESULTS_RETENTION_DAYS: '365',
    NODE_IMAGE: 'docker.io/my/node:24',
    CONTAINER_IMAGE: 'europe-docker.pkg.dev/my-project/images/handler:1',
    DELETION_PROTECTION: 'false',
    MONITORING: 'true',
    NOTIFICATION_CHANNELS: 'projects/p/notificationChannels/1',
    STATE_BUCKET: 'my-state',
  };
  expect(readAppSettings(variables)).toEqual({
    settings: {
      props: {
        projectId: 'my-project',
        location: 'europe-west1',
        environment: 'prod',
        labels: { team: 'papers', cost: 'a=b' },
        callers: ['user:a@example.com', 'group:b@example.com'],
        enqueuers: ['group:c@example.com'],
        dispatchDeadlineSeconds: 900,
        maxAttempts: 7,
        queueCount: 3,
        drainingQueues: 1,
        maxDispatchesPerSecond: 10,
        maxConcurrentDispatches: 4,
        logSamplingRatio: 0.25,
        cpu: '2',
        memory: '4Gi',
        concurrency: 1,
        minInstances: 0,
        maxInstances: 20,
        ingress: 'INGRESS_TRAFFIC_ALL',
        vpcNetwork: 'my-network',
        vpcSubnetwork: 'my-subnetwork',
        vpcEgress: 'ALL_TRAFFIC',
        docling: { image: 'docker.io/my/docling:1', cpu: '2', memory: '6Gi' },
        extraction: {
          schemaFile: 'my.schema.json',
          model: 'gemini-3-flash',
          location: 'global',
          input: 'pdf',
          inputPrice: 0.3,
          outputPrice: 2.5,
        },
        secrets: { API_KEY: 'my-secret' },
        kmsKey: 'projects/p/locations/l/keyRings/r/cryptoKeys/k',
        formerKmsKeys: ['projects/p/locations/l/keyRings/r/cryptoKeys/old'],
        documentsBucket: 'my-documents',
        resultsBucket: 'my-results',
        documentsRetentionDays: 30,
        resultsRetentionDays: 365,
        nodeImage: 'docker.io/my/node:24',
        image: 'europe-docker.pkg.dev/my-project/images/handler:1',
        deletionProtection: false,
        monitoring: true,
        notificationChannels: ['projects/p/notificationChannels/1'],
      },
      stateBucket: 'my-state',
    },
    problems: [],
  });
});

test('reports every problem at once, each by its name', () => {
  const { settings, problems } = readAppSettings({
    ENVIRONMENT: 'My Prod',
    MAX_ATTEMPTS: 'many',
    MIN_INSTANCES: '-1',
    DISPATCH_DEADLINE_SECONDS: '14',
    LABELS: 'team=papers,papers',
    LOG_SAMPLING_RATIO: '10%',
    DELETION_PROTECTION: 'yes',
    CPU: '2',
  });
  expect(problems).toEqual([
    'ENVIRONMENT: An environment name has lower-case letters, digits and inner hyphens, a letter first; ' +
      "received 'My Prod': use one such as 'dev' or 'prod'.",
    "LABELS is a list such as 'a=b,c=d'; received 'papers' in it.",
    "DISPATCH_DEADLINE_SECONDS must be from 15 to 1800 seconds, Cloud Tasks' range; received '14'.",
    "MAX_ATTEMPTS must be a whole number of at most 9 digits; received 'many'.",
    "LOG_SAMPLING_RATIO must be a number from 0 to 1, such as 0.1; received '10%'.",
    "MIN_INSTANCES must be a whole number of at most 9 digits; received '-1'.",
    "DELETION_PROTECTION must be true or false; received 'yes'.",
  ]);
  expect(settings.props).toEqual({ cpu: '2' });
});

test('a list names everything that is wrong in it', () => {
  expect(readAppSettings({ SECRETS: 'A=b,c,D=e,=f' }).problems).toEqual([
    "SECRETS is a list such as 'a=b,c=d'; received 'c', '=f' in it.",
  ]);
});

test.each([
  ['true', { docling: {} }],
  ['false', {}],
])('DOCLING=%s by itself', (value, props) => {
  expect(readAppSettings({ DOCLING: value })).toEqual({ settings: { props }, problems: [] });
});

test('what is said of docling-serve needs docling-serve', () => {
  expect(readAppSettings({ DOCLING_CPU: '2' })).toEqual({
    settings: { props: {} },
    problems: ["DOCLING_CPU is for docling-serve, which DOCLING=true turns on; received '2': set both or none."],
  });
});

test('an extraction is set as a whole or not at all', () => {
  expect(readAppSettings({ EXTRACTION_MODEL: 'gemini-3-flash', EXTRACTION_OUTPUT_PRICE: '2.5' })).toEqual({
    settings: { props: {} },
    problems: [
      'Extraction needs EXTRACTION_SCHEMA_FILE, EXTRACTION_MODEL, EXTRACTION_INPUT_PRICE, EXTRACTION_OUTPUT_PRICE; ' +
        'received none for EXTRACTION_SCHEMA_FILE, EXTRACTION_INPUT_PRICE: set all or none.',
    ],
  });
});

test('a price that is no amount is one problem', () => {
  const prices = { EXTRACTION_INPUT_PRICE: '30 cents', EXTRACTION_OUTPUT_PRICE: '2.5' };
  expect(readAppSettings({ EXTRACTION_SCHEMA_FILE: 'a.json', EXTRACTION_MODEL: 'gemini-3-flash', ...prices })).toEqual({
    settings: { props: {} },
    problems: ["EXTRACTION_INPUT_PRICE must be in USD for a million tokens, such as 0.30; received '30 cents'."],
  });
});

test.each([
  ['EXTRACTION_SHCEMA_FILE', 'EXTRACTION_SCHEMA_FILE'],
  ['EXTRACTION_SCHEMA', 'EXTRACTION_SCHEMA_FILE'],
  ['DOCLING_CPUS', 'DOCLING_CPU'],
  ['ENVIROMENT', 'ENVIRONMENT'],
  ['MAX_ATTEMPT', 'MAX_ATTEMPTS'],
  ['STATEBUCKET', 'STATE_BUCKET'],
])('%s, which would silently do nothing, is told from %s', (name, nearest) => {
  expect(readAppSettings({ [name]: 'x' }).problems).toEqual([
    `${name} is no setting: did you mean ${nearest}? Rename it, or unset it.`,
  ]);
});

test("other tools' variables and npm start's are nobody's typing errors", () => {
  const docling = { DOCLING_SERVE_MAX_SYNC_WAIT: '1', DOCLING_DEVICE: 'cpu', DOCLING_URL: 'http://localhost:5001' };
  const others = { EXTRACTION_DIR: '/tmp', EXTRACTION_TIMEOUT: '30', SECRET: 'x', CALLER: 'x', GCP_PROJECT: 'p' };
  expect(readAppSettings({ ...docling, ...others, EXTRACTION_MODLE: '' })).toEqual({
    settings: { props: {} },
    problems: [],
  });
});

test('takes whatever a shell can set without failing', () => {
  const value = fc.string({ unit: anyCharacter });
  fc.assert(
    fc.property(value, value, value, (a, b, c) => {
      const { settings, problems } = readAppSettings({ MAX_INSTANCES: a, ENVIRONMENT: b, CALLERS: c, SECRETS: c });
      const { maxInstances, environment } = settings.props;
      expect(maxInstances === undefined || Number.isSafeInteger(maxInstances)).toBe(true);
      expect(environment === undefined || /^[a-z][a-z0-9-]*$/.test(environment)).toBe(true);
      expect(problems.length).toBeLessThanOrEqual(2 + c.split(',').length);
    }),
  );
});
