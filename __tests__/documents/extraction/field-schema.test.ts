import { readFileSync } from 'node:fs';
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compileFieldSchema, type FieldSchema, parseFieldSchema } from '../../../documents/extraction/field-schema.ts';
import { vertexUrl } from '../../../documents/extraction/vertex-model.ts';

const compile = (schema: FieldSchema) => compileFieldSchema(Ajv2020, schema);
const parse = (schema: object) => parseFieldSchema(JSON.stringify(schema));
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
  [{ requierd: ['a'] }, '#/requierd is no keyword that extraction knows; the nearest is "required"'],
  [{ $async: true }, '#/$async is no keyword that extraction knows; the nearest is "anyOf"'],
  [
    { $schema: 'http://json-schema.org/draft-04/schema#' },
    '#/$schema must be https://json-schema.org/draft/2020-12/schema; received "http://json-schema.org/draft-04/schema#"',
  ],
  [{ maxItems: -1 }, '#/maxItems must be a whole number from 0; received -1'],
  [{ required: 'a' }, '#/required must be a list of names, each once; received "a"'],
  [{ enum: [] }, '#/enum must be a list of values, each once; received []'],
  [{ anyOf: [] }, '#/anyOf must be a list of schemas; received []'],
  [{ properties: [] }, '#/properties must be an object of schemas; received []'],
  [{ properties: { a: null } }, '#/properties/a must be a schema; received null'],
  [{ properties: { a: { minimum: 'x' } } }, '#/properties/a/minimum must be a number; received "x"'],
  [{ properties: { a: { multipleOf: 0 } } }, '#/properties/a/multipleOf must be a number above 0; received 0'],
  [{ properties: { 'a/b': { pattern: '(' } } }, '#/properties/a~1b/pattern must be a regular expression; received "("'],
  [{ items: { $id: 'https://example.com/a' } }, '#/items/$id belongs to the top of the schema alone'],
  [
    { properties: { a: { format: 'dat' } } },
    '#/properties/a/format must be one of date, date-time, email, uri, uuid; received "dat"',
  ],
  [
    { items: { anyOf: [true, { type: 'text' }] } },
    '#/items/anyOf/1/type must be one of string, number, integer, boolean, object, array, null, or a list of them, each once; received "text"',
  ],
  [
    { items: { $ref: '#/$defs/party' } },
    '#/items/$ref must be the place of a schema in here, such as #/$defs/party; received "#/$defs/party"',
  ],
  ...['%23', '%23/$defs/a', '#/$defs/a%2Fproperties%2Fb', '#/$defs/%zz', '/$defs/a'].map(($ref): [object, string] => [
    { $defs: { a: { properties: { b: {} } } }, items: { $ref } },
    `#/items/$ref must be the place of a schema in here, such as #/$defs/party; received "${$ref}"`,
  ]),
  ...[' https://example.com', 'https://example.com/#a', 'a'].map(($id): [object, string] => [
    { $id },
    `#/$id must be a URL without a fragment or white space; received "${$id}"`,
  ]),
  [
    { properties: { a: {} }, required: ['a', 'toString'], additionalProperties: false },
    '#/required has "toString", which "properties" lacks and "additionalProperties" forbids',
  ],
  [{ items: { $ref: '#', title: 'All' } }, '#/items has "title" beside "$ref", which stands alone'],
])('refuses %j, naming the place', (keywords, problem) => {
  expect(() => parse({ type: 'object', ...keywords })).toThrow(`cannot be used (${problem}): correct it`);
});

test.each([
  ['schemas', '"items":', `${'{"items":'.repeat(1000)}true${'}'.repeat(1000)}`],
  ...['type', 'const', 'enum'].map((keyword) => [
    `values of ${keyword}`,
    `"${keyword}":`,
    `${'['.repeat(16_000)}${']'.repeat(16_000)}`,
  ]),
])('refuses %s that are nested without end', (_what, keyword, value) => {
  expect(() => parseFieldSchema(`{"type":"object","properties":{"a":{${keyword}${value}}}}`)).toThrow(
    'cannot be used (it is nested more than 100 lists and objects deep): correct it',
  );
});

test('what is nested as deep as may be compiles', () => {
  const items = JSON.parse(`${'{"items":'.repeat(97)}{"const":[]}${'}'.repeat(97)}`);
  expect(compile(parse({ type: 'object', items }))({})).toEqual([]);
});

test.each([
  ['each other', '#/$defs/a', { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }],
  ['itself', '#/properties/x', { properties: { x: { $ref: '#/properties/x' } } }],
  ['the whole by anyOf', '#', { anyOf: [{ $ref: '#' }] }],
  ['itself by oneOf', '#/properties/x', { properties: { x: { oneOf: [true, { $ref: '#/properties/x' }] } } }],
  ['itself by allOf', '#/$defs/a~1', { $defs: { 'a/': { allOf: [{ $ref: '#/$defs/a~1' }] } } }],
  ['itself by not', '#/items', { items: { not: { $ref: '#/items' } } }],
  ['the whole by a required property', '#', { properties: { x: { $ref: '#' } }, required: ['x'] }],
])('refuses a schema that refers to %s', (_what, place, keywords) => {
  expect(() => parse({ type: 'object', ...keywords })).toThrow(
    `cannot be used (${place} leads back to itself, which has no end; only properties that are not required, and items, may lead back): correct it`,
  );
});

test('a property that may be left out, and items, lead back', () => {
  const all = { $ref: '#' };
  const tree = { properties: { parent: all, children: { items: all }, twice: all }, required: ['children'] };
  const check = compile(parse({ type: 'object', ...tree }));
  expect(check({ children: [{ children: [] }], parent: { children: [{}] } })).toEqual([
    "/parent/children/0 must have required property 'children'",
  ]);
});

test('a reference leads to any schema, whatever its name has', () => {
  const $defs = { 'a/b': {}, 'c~d %': {} };
  const references = ['#', '#/$defs/a~1b', '#/$defs/c~0d%20%25'].map(($ref) => ({ $ref }));
  expect(() => parse({ type: 'object', $defs, items: { anyOf: references } })).not.toThrow();
});

// Whether ajv, with its own schema of schemas, would take it: ours may refuse more, and must not let through what ajv refuses.
test('what is accepted is a schema, and compiles', () => {
  const values = [
    -1,
    0,
    2.5,
    true,
    null,
    '',
    '(',
    'a',
    'number',
    'date',
    'x y',
    '#',
    '#/items',
    '#/properties/a',
    '#/properties/a/anyOf/0',
    '%23',
    ' https://example.com',
    'https://example.com/%zz',
    [],
    ['a', 'a'],
    ['null'],
  ];
  const keywords = [
    ...[
      '$id',
      '$ref',
      '$defs',
      'type',
      'format',
      'enum',
      'const',
      'items',
      'prefixItems',
      'minItems',
      'maxItems',
      'minimum',
    ],
    ...[
      'maximum',
      'anyOf',
      'oneOf',
      'allOf',
      'not',
      'properties',
      'additionalProperties',
      'required',
      'propertyOrdering',
    ],
    ...['pattern', 'minLength', 'multipleOf', 'uniqueItems', 'exclusiveMinimum', 'maxProperties', 'title', 'default'],
    ...['examples', 'deprecated', 'if', 'contains', '$anchor', 'nullable', '$async', 'toString'],
  ];
  const { schema } = fc.letrec<{ schema: unknown }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      fc.constantFrom(...values),
      fc.dictionary(
        fc.constantFrom(...keywords),
        fc.oneof(
          fc.constantFrom(...values),
          tie('schema'),
          fc.array(tie('schema'), { maxLength: 2 }),
          fc.dictionary(fc.constantFrom('a', 'items', '$ref'), tie('schema'), { maxKeys: 2 }),
        ),
        { maxKeys: 3, noNullPrototype: true },
      ),
    ),
  }));
  const ajv = new Ajv2020({ strictSchema: false, logger: false, validateFormats: false });
  let accepted = 0;
  fc.assert(
    fc.property(schema, (property) => {
      let parsed: FieldSchema;
      try {
        parsed = parse({ type: 'object', properties: { a: property } });
      } catch {
        return;
      }
      accepted++;
      expect(ajv.validateSchema(parsed)).toBe(true);
      expect(() => compile(parsed)).not.toThrow();
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(50);
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
    /^The answer cannot be checked: Script execution timed out after 1000ms$/,
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
  expect(() => parse({ type: 'object', 'a\nb': 1 })).toThrow('cannot be used (#/a\\nb is no keyword');
});

test.each([
  ['a keyword', { ['x'.repeat(30_000)]: 1 }],
  ['a value', { title: ['x'.repeat(30_000)] }],
  ['a keyword beside a reference', { items: { $ref: '#', ['x'.repeat(30_000)]: 1 } }],
])('%s without end is cut off in the message', (_what, keywords) => {
  expect(() => parse({ type: 'object', ...keywords })).toThrow(/^.{200,350}$/);
});
