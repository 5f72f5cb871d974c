import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { stop } from 'esbuild';
import { bundleHandler, bundleHandlerIfChanged } from '../../bundle.ts';
import { deadlinesFor } from '../../deadlines.ts';
import { Drain } from '../../handler/drain.ts';
import { processDocument } from '../../handler/process-document.ts';
import type { Processing } from '../../handler/processing.ts';
import { documentationExample, PROJECT } from '../documentation.ts';
import { DOCUMENTS, RESULTS, setUp } from './handler-in-memory.ts';

const EXAMPLE = documentationExample('docs/own-processing.md', 'const shouting');
const folder = mkdtempSync(path.join(tmpdir(), 'own-processing-test-'));
const own = path.join(folder, 'own.ts');
let example: { alwaysExtracts: boolean; processingOf(): Processing };

/** The documentation followed to the letter, outside the project. */
beforeAll(async () => {
  writeFileSync(path.join(folder, 'package.json'), '{ "type": "module" }');
  writeFileSync(own, EXAMPLE);
  // Here the package is the source: no build has to be there.
  const source = path.join(folder, 'own-of-source.ts');
  writeFileSync(
    source,
    EXAMPLE.replace('cloud-tasks-document-processing/processing', path.join(PROJECT, 'processing.ts')),
  );
  example = await import(source);
});
afterAll(async () => {
  await stop();
  rmSync(folder, { recursive: true });
});

/** One attempt at a document with that text, by the documentation's converter and extractor. */
async function attemptAt(text: string) {
  const settings = { deadlines: deadlinesFor(600, { extraction: true }) };
  const parts = setUp({ ...example.processingOf(), settings });
  const { generation } = parts.store.objects.insert(DOCUMENTS, 'a.txt', text, { contentType: 'text/plain' });
  const task = { ...parts.task, generation: String(generation) };
  const outcome = await processDocument(task, { retryCount: 0, draining: new Drain().signal }, parts.dependencies);
  return { outcome, stored: (name: string) => parts.store.text(RESULTS, `results/6ce14823-a1/owner-1/${name}`) };
}

test('the example type-checks', () => {
  const compilerOptions = {
    paths: { 'cloud-tasks-document-processing/processing': [path.join(PROJECT, 'processing.ts')] },
    typeRoots: [path.join(PROJECT, 'node_modules/@types')],
    types: ['node'],
  };
  const config = { extends: path.join(PROJECT, 'tsconfig.json'), compilerOptions, include: ['own.ts'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(PROJECT, 'node_modules/typescript-7/bin/tsc');
  expect(spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).toMatchObject({
    stdout: '',
    status: 0,
  });
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

test('a bundle with the example has it in the place of what this project does, and is made again for other processing', async () => {
  const file = path.join(folder, 'handler.mjs');
  await bundleHandler(file, { processing: own, converters: false });
  const bundle = readFileSync(file, 'utf8');
  expect(bundle).toContain('shouting@1');
  expect(bundle).not.toContain('GeminiExtractor');

  utimesSync(file, 0, 0);
  await bundleHandlerIfChanged(file, { processing: own });
  expect(statSync(file).mtimeMs).toBe(0);
  const other = path.join(folder, 'missing.ts');
  await expect(bundleHandlerIfChanged(file, { processing: other })).rejects.toThrow(
    'Processing of your own is a module that exports processingOf and alwaysExtracts; ' +
      `there is no ${other}: name its file in PROCESSING_MODULE.`,
  );
});

test('a module that lacks something is a clear line', async () => {
  const lacking = path.join(folder, 'lacking.ts');
  writeFileSync(lacking, EXAMPLE.replace('export const alwaysExtracts', 'const alwaysExtracts'));
  const bundled = bundleHandler(path.join(folder, 'never.mjs'), { processing: lacking, converters: false });
  await expect(bundled).rejects.toThrow(/No matching export in ".*lacking\.ts" for import "alwaysExtracts"/);
});
