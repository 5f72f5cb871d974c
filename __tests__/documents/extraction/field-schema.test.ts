import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { compileFieldCheck } from '../../../documents/extraction/field-check.ts';
import { type FieldSchema, parseFieldSchema } from '../../../documents/extraction/field-schema.ts';

const parse = (schema: object) => parseFieldSchema(JSON.stringify(schema));

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
  [{ $defs: { $id: {} } }, '#/$defs has a schema named "$id": name it otherwise; received {"$id":{}}'],
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
  [
    { $defs: { 'a\u2028': {} }, items: { $ref: '#/$defs/a\u2028' } },
    '#/items/$ref must be the place of a schema in here, such as #/$defs/party; received "#/$defs/a\\u2028"',
  ],
  [
    { $defs: { '\ud800': {} }, items: { $ref: '#/$defs/\ud800' } },
    '#/items/$ref must be the place of a schema in here, such as #/$defs/party; received "#/$defs/\\ud800"',
  ],
  [
    { properties: { a: { type: 'object', additionalProperties: { type: 'string' } } } },
    '#/properties/a/additionalProperties must be true or false, as Gemini answers {} where names are open: ask for a list of objects with a name and a value; received {"type":"string"}',
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

test('what is nested as deep as may be compiles', async () => {
  const items = JSON.parse(`${'{"items":'.repeat(97)}{"const":[]}${'}'.repeat(97)}`);
  expect((await compileFieldCheck(parse({ type: 'object', items })))({})).toEqual([]);
});

test.each([
  ['each other', '#/$defs/a', { $defs: { a: { $ref: '#/$defs/b' }, b: { $ref: '#/$defs/a' } } }],
  ['itself', '#/properties/x', { properties: { x: { $ref: '#/properties/x' } } }],
  ['the whole by anyOf', '#', { anyOf: [{ $ref: '#' }] }],
  ['itself by oneOf', '#/properties/x', { properties: { x: { oneOf: [true, { $ref: '#/properties/x' }] } } }],
  ['itself by allOf', '#/$defs/a~1', { $defs: { 'a/': { allOf: [{ $ref: '#/$defs/a~1' }] } } }],
  ['itself by not', '#/items', { items: { not: { $ref: '#/items' } } }],
  ['the whole by items', '#', { properties: { x: { items: { $ref: '#' } } }, required: ['x'] }],
  ['the whole by prefixItems', '#', { properties: { x: { prefixItems: [{ $ref: '#' }] } }, required: ['x'] }],
  ['the whole by a required property', '#', { properties: { x: { $ref: '#' } }, required: ['x'] }],
])('refuses a schema that refers to %s', (_what, place, keywords) => {
  expect(() => parse({ type: 'object', ...keywords })).toThrow(
    `cannot be used (${place} leads back to itself: only a property that is not required may lead back): correct it`,
  );
});

test('a property that may be left out leads back, also through items', async () => {
  const all = { $ref: '#' };
  const tree = { properties: { name: {}, parent: all, children: { items: all }, twice: all }, required: ['name'] };
  const check = await compileFieldCheck(parse({ type: 'object', ...tree }));
  expect(check({ name: 'a', children: [{ name: 'b' }], parent: { name: 'c', children: [{}] } })).toEqual([
    "/parent/children/0 must have required property 'name'",
  ]);
});

test('a definition that nothing needs leads back', () => {
  const $defs = { all: { $ref: '#' }, list: { items: { $ref: '#/$defs/all' } } };
  expect(() => parse({ type: 'object', $defs, properties: { more: { $ref: '#/$defs/list' } } })).not.toThrow();
});

/** References from each schema to the next, of `length` schemas. */
function chain(length: number, link: (next: object) => object): object {
  const schemas = Array.from({ length }, (_, index) => [
    `a${index}`,
    index + 1 < length ? link({ $ref: `#/$defs/a${index + 1}` }) : {},
  ]);
  return { type: 'object', $defs: Object.fromEntries(schemas), properties: { x: { $ref: '#/$defs/a0' } } };
}

test.each([
  ['items', (next: object) => ({ items: next })],
  ['prefixItems', (next: object) => ({ prefixItems: [next] })],
  ['properties', (next: object) => ({ properties: { a: next } })],
  ['allOf', (next: object) => ({ allOf: [next] })],
  ['anyOf', (next: object) => ({ anyOf: [next] })],
  ['oneOf', (next: object) => ({ oneOf: [next] })],
  ['not', (next: object) => ({ not: next })],
])('a chain of references through %s compiles up to its limit, and is refused beyond it', async (_what, link) => {
  const check = await compileFieldCheck(parse(chain(149, link)));
  expect(check({})).toEqual([]);
  expect(() => parse(chain(150, link))).toThrow(
    'cannot be used (its references may lead through 302 schemas within each other; at most 300 are taken): correct it',
  );
});

test('references that fan out are refused before a check of them takes long', async () => {
  const fan = (next: object) => ({ anyOf: [next, next] });
  expect((await compileFieldCheck(parse(chain(15, fan))))({ x: {} })).toEqual([]);
  expect(() => parse(chain(27, fan))).toThrow(
    'cannot be used (its references fan out to more than 100000 schemas for one answer): correct it',
  );
});

test('a form of more than a thousand fields is no chain', () => {
  const properties = Object.fromEntries(Array.from({ length: 1100 }, (_, index) => [`f${index}`, { type: 'string' }]));
  expect(() => parse({ type: 'object', properties, required: Object.keys(properties).slice(0, 500) })).not.toThrow();
});

test('a reference leads to any schema, whatever its name has', () => {
  const $defs = { 'a/b': {}, 'c~d %': {} };
  const references = ['#', '#/$defs/a~1b', '#/$defs/c~0d%20%25'].map(($ref) => ({ $ref }));
  expect(() => parse({ type: 'object', $defs, properties: { a: { items: { anyOf: references } } } })).not.toThrow();
});

// Whether ajv, with its own schema of schemas, would take it: ours may refuse more, and must not let through what ajv refuses.
test('what is accepted is a schema, compiles, and checks whatever comes', async () => {
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
    '#/properties/a/properties/a',
    '#/\u2028',
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
  await fc.assert(
    fc.asyncProperty(schema, fc.jsonValue({ maxDepth: 3 }), async (property, value) => {
      let parsed: FieldSchema;
      try {
        parsed = parse({ type: 'object', properties: { a: property } });
      } catch {
        return;
      }
      accepted++;
      expect(ajv.validateSchema(parsed)).toBe(true);
      const check = await compileFieldCheck(parsed);
      const problems = check({ a: value }).join();
      if (!/"(?:valueOf|toString)":/.test(JSON.stringify(value))) expect(problems).not.toContain('cannot be checked');
    }),
    { numRuns: 1000 },
  );
  expect(accepted).toBeGreaterThan(50);
});

test.each(['valueOf', 'toString'])(
  'an answer with a field %s is refused where an object is asked for: the library would call it',
  async (name) => {
    const check = await compileFieldCheck(parse({ type: 'object', properties: { a: { const: {} } } }));
    expect(check({ a: { [name]: null } })).toEqual([`The answer cannot be checked: a.${name} is not a function`]);
  },
);

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
