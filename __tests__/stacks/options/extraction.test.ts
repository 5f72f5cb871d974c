import { execFileSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExtractionProps } from '../../../stacks/options/extraction.ts';
import { fixture, only, stackJson, stackProblems } from '../synthesised-stack.ts';

const schemaFile = 'samples/schemas/invoice.schema.json';
const extraction: ExtractionProps = { schemaFile, model: 'gemini-3-flash', inputPrice: 0.5, outputPrice: 3 };

function variables(props: { readonly extraction?: ExtractionProps }): Record<string, string> {
  const { env } = only(stackJson(props), 'google_cloud_run_v2_service').template.containers[0];
  const pairs = env.map(({ name, value }: { name: string; value: string }) => [name, value]);
  return Object.fromEntries(pairs.filter(([name]: [string]) => name.startsWith('EXTRACTION_')));
}

const problems = (changed: Partial<ExtractionProps>) => stackProblems({ extraction: { ...extraction, ...changed } });

test('is off unless it is asked for', () => {
  expect(variables({})).toEqual({});
  expect(stackJson().resource).not.toHaveProperty('google_project_iam_member');
});

test("becomes the handler's settings, with the schema itself", () => {
  const { EXTRACTION_SCHEMA = '', ...rest } = variables({ extraction });
  expect(rest).toEqual({
    EXTRACTION_MODEL: 'gemini-3-flash',
    EXTRACTION_INPUT: 'text',
    EXTRACTION_INPUT_PRICE: '0.5',
    EXTRACTION_OUTPUT_PRICE: '3',
  });
  expect(JSON.parse(EXTRACTION_SCHEMA)).toEqual(JSON.parse(readFileSync(schemaFile, 'utf8')));
  expect(EXTRACTION_SCHEMA).not.toMatch(/\n/);
});

test('place and input are passed on where they are chosen', () => {
  expect(variables({ extraction: { ...extraction, location: 'eu', input: 'pdf' } })).toMatchObject({
    EXTRACTION_LOCATION: 'eu',
    EXTRACTION_INPUT: 'pdf',
  });
});

test('what Terraform would take for a template of its own stays text', () => {
  const description = 'in $' + '{currency} or %{percent}';
  const file = fixture('template.json', JSON.stringify({ type: 'object', description }));
  const { EXTRACTION_SCHEMA } = variables({ extraction: { ...extraction, schemaFile: file } });
  expect(EXTRACTION_SCHEMA).toBe('{"type":"object","description":"in $$' + '{currency} or %%{percent}"}');
});

test.each([
  ['none.json', undefined, 'cannot be read (ENOENT): name a file that is there.'],
  ['no.json', '{"type":', /^is not JSON \(.*\): write a JSON Schema\.$/],
  ['list.json', '{"type":"array"}', 'is not of an object: fields have names, so begin it with "type": "object".'],
  [
    'typo.json',
    '{"type":"object","requierd":[]}',
    'cannot be used (#/requierd is no keyword that extraction knows; the nearest is "required"): correct it.',
  ],
  [
    'long.json',
    JSON.stringify({ type: 'object', title: 'x'.repeat(40_000) }),
    'has 40028 bytes; a variable of Cloud Run takes 32768: shorten it.',
  ],
  ['huge.json', ' '.repeat(2 ** 21), 'has 2097152 bytes, which is no schema of fields: shorten it.'],
  ['latin1.json', Buffer.from('{"type":"object","title":"é"}', 'latin1'), 'is not UTF-8: save it as such.'],
])('refuses the schema of %s', (name, content, problem) => {
  const file = content === undefined ? name : fixture(name, content);
  const [found, ...others] = problems({ schemaFile: file });
  expect(others).toEqual([]);
  const start = `EXTRACTION_SCHEMA_FILE, '${file}', `;
  expect(found?.slice(0, start.length)).toBe(start);
  expect(found?.slice(start.length)).toEqual(problem instanceof RegExp ? expect.stringMatching(problem) : problem);
});

test('refuses what is no file without waiting for its content', () => {
  const pipe = join(tmpdir(), `${randomUUID()}.json`);
  execFileSync('mkfifo', [pipe]);
  try {
    expect(problems({ schemaFile: pipe })).toEqual([
      `EXTRACTION_SCHEMA_FILE, '${pipe}', is no file: name one with a JSON Schema.`,
    ]);
  } finally {
    rmSync(pipe);
  }
});

test('a byte order mark is no part of the schema', () => {
  expect(problems({ schemaFile: fixture('mark.json', '\ufeff{"type":"object"}') })).toEqual([]);
});

test('white space does not count against the limit', () => {
  const file = fixture('wide.json', `{${' '.repeat(40_000)}"type":"object"}`);
  expect(problems({ schemaFile: file })).toEqual([]);
});

test.each([
  ...['publishers/google/models/gemini-3-flash', 'gpt-4o'].map((model): [Partial<ExtractionProps>, string] => [
    { model },
    `EXTRACTION_MODEL is a Gemini model without its publisher, such as 'gemini-3-flash'; received '${model}': look its name up in Vertex AI's list.`,
  ]),
  [
    { location: 'Europe' },
    "EXTRACTION_LOCATION is where the model answers, a region, 'us', 'eu' or 'global'; received 'Europe': choose one of these.",
  ],
  [
    { input: 'docx' },
    "EXTRACTION_INPUT is what the model reads of a PDF, its 'text' or the 'pdf' itself; received 'docx': choose one of the two.",
  ],
  [
    { inputPrice: -1 },
    "EXTRACTION_INPUT_PRICE is in USD for a million tokens; received -1: look it up in the model's price list.",
  ],
  [
    { outputPrice: Number.NaN },
    "EXTRACTION_OUTPUT_PRICE is in USD for a million tokens; received NaN: look it up in the model's price list.",
  ],
])('refuses %j', (changed, problem) => {
  expect(problems(changed)).toEqual([problem]);
});
