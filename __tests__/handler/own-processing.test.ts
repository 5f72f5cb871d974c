import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deadlinesFor } from '../../deadlines.ts';
import type { Converter } from '../../documents/conversion/converter.ts';
import type { Extractor } from '../../documents/extraction/extractor.ts';
import { Drain } from '../../handler/drain.ts';
import { processDocument } from '../../handler/process-document.ts';
import { readmeExample } from '../readme-example.ts';
import { DOCUMENTS, RESULTS, setUp } from './helpers.ts';

const project = path.join(import.meta.dirname, '../..');
const folder = mkdtempSync(path.join(tmpdir(), 'own-processing-test-'));
const file = path.join(folder, 'own-processing.ts');
let own: { shouting: Converter; counting: Extractor };

/** As if it were a file of `handler/`. */
beforeAll(async () => {
  const code = readmeExample('export const shouting').replaceAll("from '../", `from '${project}/`);
  writeFileSync(file, code);
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  own = await import(file);
});
afterAll(() => rmSync(folder, { recursive: true }));

/** One attempt at a document with that text, by the README's converter and extractor. */
async function attemptAt(text: string) {
  const { shouting: converter, counting: extractor } = own;
  const parts = setUp({ converter, extractor, deadlines: deadlinesFor(600, { extraction: true }) });
  const { generation } = parts.store.objects.insert(DOCUMENTS, 'a.txt', text, { contentType: 'text/plain' });
  const task = { ...parts.task, generation: String(generation) };
  const outcome = await processDocument(task, { retryCount: 0, draining: new Drain().signal }, parts.dependencies);
  return { outcome, stored: (name: string) => parts.store.text(RESULTS, `results/a1/owner-1/${name}`) };
}

test('the example of the README type-checks', () => {
  const compilerOptions = { typeRoots: [path.join(project, 'node_modules/@types')], types: ['node'] };
  const config = { extends: path.join(project, 'tsconfig.json'), compilerOptions, files: [file], include: [] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(project, 'node_modules/typescript-7/bin/tsc');
  expect(execFileSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).toBe('');
});

test('the example converts a document and extracts its fields', async () => {
  const { outcome, stored } = await attemptAt('One\ntwo');
  expect(outcome).toMatchObject({ status: 'COMPLETED', result: { characters: 7, extraction: { model: 'none' } } });
  expect(stored('document.md')).toBe('ONE\nTWO');
  expect(JSON.parse(stored('fields.json') ?? '')).toMatchObject({ fields: { lines: 2 } });
});

test('what the example calls unconvertible is FAILED at the first attempt', async () => {
  const { outcome } = await attemptAt('');
  const error = { reason: 'empty', message: 'a.txt is empty.' };
  expect(outcome).toEqual({ httpStatus: 200, status: 'FAILED', error });
});
