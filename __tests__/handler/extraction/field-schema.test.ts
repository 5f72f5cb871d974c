import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import { compileFieldSchema, type FieldSchema, parseFieldSchema } from '../../../handler/extraction/field-schema.ts';
import { vertexUrl } from '../../../handler/extraction/vertex-model.ts';

const compile = (schema: FieldSchema) => compileFieldSchema(Ajv2020, schema);
const problemsOf = (property: object, value: unknown) =>
  compile({ type: 'object', properties: { a: property } })({ a: value });

test.each([
  ['{"type":', /^is not JSON \(.*\): write a JSON Schema$/],
  ['null', /^is not of an object: fields have names, so begin it with "type": "object"$/],
  ['{"type":"array"}', /^is not of an object/],
  [
    `{"type":"object","title":"${'x'.repeat(32_768)}"}`,
    /^has 32796 bytes; a variable of Cloud Run takes 32768: shorten it$/,
  ],
])('refuses what is no schema of an object: %#', (text, message) => {
  expect(() => parseFieldSchema(text)).toThrow(message);
});

test.each([
  [{ type: 'object', requierd: ['a'] }, /^does not compile \(strict mode: unknown keyword: "requierd"\): correct it$/],
  [{ type: 'object', properties: { a: { type: 'string', format: 'dat' } } }, /unknown format "dat"/],
  [{ type: 'object', $async: true }, /^does not compile \(unknown keyword: "\$async"\): correct it$/],
  [
    { type: 'object', $schema: 'http://json-schema.org/draft-04/schema#' },
    /\$schema must be \S+2020-12\/schema; received/,
  ],
  [{ type: 'object', required: 'a' }, /required value must be \["array"\]/],
  [{ type: 'object', properties: { a: { minimum: 'x' } } }, /minimum value must be \["number"\]/],
])('refuses %j, which would check nothing', (schema, message) => {
  expect(() => compile(schema)).toThrow(message);
});

test('the invoice of the samples follows its schema, and says what is wrong with another', () => {
  const schema = new URL('../../../samples/schemas/invoice.schema.json', import.meta.url);
  const check = compile(parseFieldSchema(readFileSync(schema, 'utf8')));
  const party = { name: 'Tideline', address: null, taxId: null };
  const line = { description: 'Sensor', quantity: 2, unitPrice: 10, amount: 20 };
  const invoice = {
    number: 'A-1',
    issued: '2026-02-28',
    due: null,
    seller: party,
    buyer: party,
    currency: 'EUR',
    lines: [line],
    net: 20,
    tax: null,
    total: 20,
  };
  expect(check(invoice)).toEqual([]);
  const { total: _total, ...rest } = invoice;
  expect(check({ ...rest, issued: '2026-02-30', lines: [{ ...line, colour: 'red' }] })).toEqual([
    "The answer must have required property 'total'",
    '/issued must match format "date"',
    '/lines/0 must NOT have additional properties: "colour"',
  ]);
});

test('a value out of a list is told the list', () => {
  expect(problemsOf({ enum: ['EUR', 'USD'] }, 'YEN')).toEqual([
    '/a must be equal to one of the allowed values: ["EUR","USD"]',
  ]);
});

test.each([
  ['date', ['2026-12-31', '2024-02-29'], ['31.12.2026', '2026-13-01', '2026-02-29', '']],
  [
    'date-time',
    ['2026-12-31T23:59:59Z', '2026-01-01T00:00:00.5+02:00'],
    ['2026-12-31', '2026-02-30T00:00:00Z', '2026-01-01T25:00:00Z'],
  ],
  ['email', ['a@example.com'], ['a', 'a b@example.com']],
  ['uri', ['https://example.com/a'], ['example']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123']],
])('the format %s', (format, good, bad) => {
  for (const text of good) expect(problemsOf({ type: 'string', format }, text)).toEqual([]);
  for (const text of bad)
    expect(problemsOf({ type: 'string', format }, text)).toEqual([`/a must match format "${format}"`]);
});

test('at most 20 problems are told', () => {
  const many = Array.from({ length: 1000 }, () => 'x');
  expect(problemsOf({ type: 'array', items: { type: 'number' } }, many)).toHaveLength(20);
});

test('the order that Gemini takes for its answer is no rule', () => {
  expect(compile({ type: 'object', properties: { a: {} }, propertyOrdering: ['a'] })({})).toEqual([]);
});

test.each([
  ['europe-west1', 'https://europe-west1-aiplatform.googleapis.com'],
  ['global', 'https://aiplatform.googleapis.com'],
  ['eu', 'https://aiplatform.eu.rep.googleapis.com'],
])('Vertex AI answers for %s at %s', (location, url) => {
  expect(vertexUrl(location)).toBe(url);
});

test.each([
  [
    'backtracks without end',
    { type: 'string', pattern: '^([a-z]+)+$' },
    `${'a'.repeat(40)}!`,
    /^The answer cannot be checked: Script execution timed out after 500ms$/,
  ],
  [
    'refers to itself',
    { allOf: [{ $ref: '#/properties/a' }] },
    1,
    /^The answer cannot be checked: Maximum call stack size exceeded$/,
  ],
])('a schema that %s ends the check and says so', (_what, property, value, message) => {
  expect(problemsOf(property, value)).toEqual([expect.stringMatching(message)]);
});

test('an amount in cents is a multiple of a cent', () => {
  expect(problemsOf({ type: 'number', multipleOf: 0.01 }, 4.35)).toEqual([]);
  expect(problemsOf({ type: 'number', multipleOf: 0.01 }, 4.355)).toEqual(['/a must be multiple of 0.01']);
});

test('a name of a field that is endless is cut off', () => {
  const [problem] = compile({ type: 'object', additionalProperties: false })({ ['x'.repeat(100_000)]: 1 });
  expect(problem).toHaveLength(300);
});

test('what is wrong with a schema is one line, whatever it has', () => {
  expect(() => parseFieldSchema('no\nJSON')).toThrow(/^is not JSON \(.*"no JSON".*\): write a JSON Schema$/);
});
