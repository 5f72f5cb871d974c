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
    doclingUrl: '',
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
  ['MAX_DOCUMENT_BYTES', '1e3'],
  ['CLOUD_TASKS_MAX_BACKOFF_SECONDS', ' '],
  ['DOCLING_URL', 'localhost:5001'],
  ['DOCLING_URL', 'http://localhost:5001/v1'],
  ['ACCEPT_REMOVED_SIGNATURE', 'yes'],
  ['OIDC_JWKS_URL', 'file:///keys'],
  ['LOG_LEVEL', 'loud'],
  ['PORT', '99999'],
  ['PORT', ' '],
  ['PORT', '0x50'],
])('%s refuses %j and says so', (name, value) => {
  const [problem, ...others] = problemsOf({ [name]: value });
  expect(others).toEqual([]);
  expect(problem).toMatch(new RegExp(`^${name} must be .*; received "${value}"\\.$`));
});

describe('extraction', () => {
  const SCHEMA = { type: 'object', properties: { total: { type: 'number' } } };
  const EXTRACTION = {
    GCP_PROJECT_ID: 'my-project',
    GCP_LOCATION: 'us-central1',
    EXTRACTION_SCHEMA: JSON.stringify(SCHEMA),
    EXTRACTION_MODEL: 'gemini-test',
    EXTRACTION_INPUT_PRICE: '0.30',
    EXTRACTION_OUTPUT_PRICE: '2.5',
  };

  test('is off, and leaves its time to the conversion, unless it is set', () => {
    const { extraction, deadlines } = readSettings({});
    expect(extraction).toBeUndefined();
    expect(deadlines).toMatchObject({ conversionSeconds: 530, extractionSeconds: 0 });
  });

  test('has the defaults of its place and input, and its part of the deadline', () => {
    const { extraction, deadlines } = readSettings(EXTRACTION);
    expect(extraction).toEqual({
      schema: SCHEMA,
      model: 'gemini-test',
      location: 'us-central1',
      input: 'text',
      inputPrice: 0.3,
      outputPrice: 2.5,
    });
    expect(deadlines).toMatchObject({ conversionSeconds: 424, extractionSeconds: 106 });
  });

  test.each(['global', 'eu', 'us', 'europe-west1'])('can ask a model in %s', (location) => {
    expect(readSettings({ ...EXTRACTION, EXTRACTION_LOCATION: location }).extraction).toMatchObject({ location });
  });

  test('is set as a whole or not at all: what is missing is named', () => {
    expect(problemsOf({ EXTRACTION_INPUT: 'pdf' })).toEqual([
      'Extraction needs EXTRACTION_SCHEMA, EXTRACTION_MODEL, EXTRACTION_INPUT_PRICE, EXTRACTION_OUTPUT_PRICE, a project and ' +
        'a location; missing: EXTRACTION_SCHEMA, EXTRACTION_MODEL, EXTRACTION_INPUT_PRICE, EXTRACTION_OUTPUT_PRICE, ' +
        'GCP_PROJECT_ID, EXTRACTION_LOCATION.',
    ]);
  });

  test.each([' ', '0x10', '1.2.3', '1000000', 'NaN'])('no price is %j', (EXTRACTION_INPUT_PRICE) => {
    expect(problemsOf({ ...EXTRACTION, EXTRACTION_INPUT_PRICE })).toEqual([
      `EXTRACTION_INPUT_PRICE must be USD for a million tokens, such as 0.30; received "${EXTRACTION_INPUT_PRICE}".`,
    ]);
  });

  test.each([0, 1e-7, 0.1 + 0.2, 999_999.5])('a price is what the stack makes of %d', (price) => {
    const { extraction } = readSettings({ ...EXTRACTION, EXTRACTION_OUTPUT_PRICE: String(price) });
    expect(extraction).toMatchObject({ outputPrice: price });
  });

  test('reports every problem at once, and of a long schema the beginning', () => {
    const { EXTRACTION_OUTPUT_PRICE: _price, ...rest } = EXTRACTION;
    const EXTRACTION_SCHEMA = `["${'x'.repeat(1000)}"]`;
    const wrong = {
      EXTRACTION_SCHEMA,
      EXTRACTION_MODEL: 'publishers/google/models/x',
      EXTRACTION_LOCATION: 'Europe',
      EXTRACTION_INPUT: 'docx',
      EXTRACTION_INPUT_PRICE: '-1',
    };
    expect(problemsOf({ ...rest, ...wrong })).toEqual([
      'EXTRACTION_SCHEMA is not of an object: fields have names, so begin it with "type": "object"; ' +
        `received ${JSON.stringify(EXTRACTION_SCHEMA.slice(0, 200))}.`,
      'EXTRACTION_MODEL must be the name of a Gemini model without its publisher, such as gemini-3-flash; received "publishers/google/models/x".',
      'EXTRACTION_LOCATION must be a region, such as us-central1, or us, eu or global; received "Europe".',
      'EXTRACTION_INPUT must be text or pdf; received "docx".',
      'EXTRACTION_INPUT_PRICE must be USD for a million tokens, such as 0.30; received "-1".',
      'Extraction needs EXTRACTION_SCHEMA, EXTRACTION_MODEL, EXTRACTION_INPUT_PRICE, EXTRACTION_OUTPUT_PRICE, a project and ' +
        'a location; missing: EXTRACTION_OUTPUT_PRICE.',
    ]);
  });
});

test('processing that always extracts has its part of the deadlines, without settings of an extraction', () => {
  const settings = readSettings({}, { alwaysExtracts: true });
  expect(settings.deadlines).toMatchObject({ conversionSeconds: 424, extractionSeconds: 106 });
  expect(settings.extraction).toBeUndefined();
});
