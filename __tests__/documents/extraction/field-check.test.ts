import { readFileSync } from 'node:fs';
import { compileFieldCheck } from '../../../documents/extraction/field-check.ts';
import { parseFieldSchema } from '../../../documents/extraction/field-schema.ts';
import { requireLinearTime } from '../../growth.ts';

async function problemsOf(property: object, value: unknown): Promise<string[]> {
  const check = await compileFieldCheck({ type: 'object', properties: { a: property } });
  return check({ a: value });
}

test('the invoice of the samples follows its schema, and says what is wrong with another', async () => {
  const schema = new URL('../../../samples/schemas/invoice.schema.json', import.meta.url);
  const check = await compileFieldCheck(parseFieldSchema(readFileSync(schema, 'utf8')));
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

test('a value out of a list is told the list', async () => {
  expect(await problemsOf({ enum: ['EUR', 'USD'] }, 'YEN')).toEqual([
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
  ['email', ['a@example.com'], ['a', 'a b@example.com', 'a@b']],
  ['uri', ['https://example.com/a'], ['example']],
  ['uuid', ['123e4567-e89b-12d3-a456-426614174000'], ['123']],
])('the format %s', async (format, good, bad) => {
  for (const text of good) expect(await problemsOf({ type: 'string', format }, text)).toEqual([]);
  for (const text of bad)
    expect(await problemsOf({ type: 'string', format }, text)).toEqual([`/a must match format "${format}"`]);
});

test('at most 20 problems are told', async () => {
  const many = Array.from({ length: 1000 }, () => 'x');
  expect(await problemsOf({ type: 'array', items: { type: 'number' } }, many)).toHaveLength(20);
});

test('the order that Gemini takes for its answer is no rule', async () => {
  expect((await compileFieldCheck({ type: 'object', properties: { a: {} }, propertyOrdering: ['a'] }))({})).toEqual([]);
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
])('a schema that %s ends the check and says so', async (_what, property, value, message) => {
  expect(await problemsOf(property, value)).toEqual([expect.stringMatching(message)]);
});

test('an amount in cents is a multiple of a cent', async () => {
  expect(await problemsOf({ type: 'number', multipleOf: 0.01 }, 4.35)).toEqual([]);
  expect(await problemsOf({ type: 'number', multipleOf: 0.01 }, 4.355)).toEqual(['/a must be multiple of 0.01']);
});

test('a name of a field that is endless is cut off', async () => {
  const check = await compileFieldCheck({ type: 'object', additionalProperties: false });
  const [problem] = check({ ['x'.repeat(100_000)]: 1 });
  expect(problem).toHaveLength(300);
});

test('schemas that are referred to are compiled once, not at each reference', async () => {
  const fields = (count: number, schema: object) =>
    Object.fromEntries(Array.from({ length: count }, (_, index) => [`f${index}`, schema]));
  // Compiled at each, it would grow with the square.
  await requireLinearTime(async (count) => {
    const many = { type: 'object', properties: fields(count, { type: 'string' }) };
    const schema = { type: 'object', $defs: { many }, properties: fields(count, { $ref: '#/$defs/many' }) };
    await compileFieldCheck(schema);
  }, 60);
});
