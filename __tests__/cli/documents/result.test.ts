import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { resultCommand } from '../../../cli/documents/result.ts';
import { RESULTS } from '../../handler/handler-in-memory.ts';
import { deployment } from './memory-deployment.ts';

let folder: string;
beforeEach(() => {
  folder = path.join(mkdtempSync(path.join(tmpdir(), 'result-')), 'new');
});
afterEach(() => rmSync(path.dirname(folder), { recursive: true }));

/** A document with Markdown, metadata, and fields where there are any. */
function done(parts: ReturnType<typeof deployment>, id: string, fields?: string) {
  const put = (name: string, content: string) => {
    parts.store.objects.insert(RESULTS, `${id}/${name}`, content);
    return `gs://${RESULTS}/${id}/${name}`;
  };
  parts.add(id);
  const result = { markdownUri: put('m', `# ${id}\n`), metadataUri: put('j', `{"id":"${id}"}`), characters: 5 };
  parts.end(id, { result: { ...result, ...(fields && { fieldsUri: put('f', fields) }) } });
}

test('prints the Markdown of one', async () => {
  const parts = deployment();
  done(parts, 'a1');
  expect(await parts.run(resultCommand, ['a1'])).toEqual({ code: 0, out: '# a1\n', err: '' });
});

test('--to writes all parts of several into a folder, and says where', async () => {
  const parts = deployment();
  done(parts, 'a1');
  done(parts, 'b2', '{"total":1}');
  const { code, out } = await parts.run(resultCommand, ['a1', 'b2', '--to', folder]);
  expect(code).toBe(0);
  const names = ['a1.json', 'a1.md', 'b2.fields.json', 'b2.json', 'b2.md'];
  expect(out.trimEnd().split('\n').toSorted()).toEqual(names.map((name) => path.join(folder, name)));
  expect(
    readdirSync(folder)
      .filter((name) => !name.startsWith('.'))
      .toSorted(),
  ).toEqual(names);
  expect(readFileSync(path.join(folder, 'a1.md'), 'utf8')).toBe('# a1\n');
  expect(readFileSync(path.join(folder, 'b2.fields.json'), 'utf8')).toBe('{"total":1}');
});

test('what has no result is one line each, and the others are fetched', async () => {
  const parts = deployment();
  done(parts, 'a1');
  done(parts, 'old');
  parts.store.objects.delete(RESULTS, 'old/m');
  parts.add('waits');
  const { code, out, err } = await parts.run(resultCommand, ['waits', 'none', '../x', 'old', 'a1', '--to', folder]);
  expect(out).toContain(path.join(folder, 'a1.md'));
  expect(err.trimEnd().split('\n').toSorted()).toEqual([
    'Document waits is PENDING; only a COMPLETED one has a result.',
    'There is no document ../x.',
    'There is no document none.',
    `old: gs://${RESULTS}/old/m is not stored any more.`,
  ]);
  expect(code).toBe(1);
});

test.each([
  [[], "Missing required argument 'ID'."],
  [['a1', 'b2'], 'Into which folder? The results of several documents need --to DIR.'],
  [['a1', '--to', ''], '--to needs a path; received an empty one.'],
])('%j is a usage error', async (words, message) => {
  await expect(deployment().run(resultCommand, words)).rejects.toThrow(message);
});
