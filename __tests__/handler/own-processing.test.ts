import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { deadlinesFor } from '../../deadlines.ts';
import type { Converter } from '../../documents/conversion/converter.ts';
import type { Extractor } from '../../documents/extraction/extractor.ts';
import { Drain } from '../../handler/drain.ts';
import { processDocument } from '../../handler/process-document.ts';
import { documentationExample, PROJECT } from '../documentation.ts';
import { DOCUMENTS, RESULTS, setUp } from './handler-in-memory.ts';

const DOCUMENTATION = 'docs/own-processing.md';
const folder = mkdtempSync(path.join(tmpdir(), 'own-processing-test-'));
let own: { shouting: Converter; counting: Extractor };

/** The project with the documentation followed to the letter: a handler of its own, with everything else as it is. */
beforeAll(async () => {
  cpSync(path.join(PROJECT, 'handler'), path.join(folder, 'handler'), { recursive: true });
  for (const name of readdirSync(PROJECT).filter((name) => !/^\.|^handler$|^tsconfig/.test(name))) {
    symlinkSync(path.join(PROJECT, name), path.join(folder, name));
  }
  writeFileSync(path.join(folder, 'handler/own.ts'), documentationExample(DOCUMENTATION, 'export const shouting'));
  for (const [name, diff] of [
    ['handler/main.ts', 'shouting'],
    ['handler/settings.ts', 'deadlinesFor'],
  ] as const) {
    const file = path.join(folder, name);
    writeFileSync(file, edited(readFileSync(file, 'utf8'), documentationExample(DOCUMENTATION, diff, 'diff')));
  }
  own = await import(path.join(folder, 'handler/own.ts'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** A text with each run of removed lines, which has to be in it once, replaced by the added ones that follow. */
function edited(text: string, diff: string): string {
  const changes = diff.matchAll(/((?:^-.*\n)+)((?:^\+.*\n)+)/gm);
  return [...changes].reduce((current, [, removed = '', added = '']) => {
    const [before, after, ...more] = current.split(withoutMarks(removed));
    if (before === undefined || after === undefined || more.length > 0) {
      throw new Error(`The lines to replace have to be there once:\n${removed}`);
    }
    return before + withoutMarks(added) + after;
  }, text);
}

function withoutMarks(lines: string): string {
  return lines.replace(/^[-+]/gm, '');
}

/** One attempt at a document with that text, by the documentation's converter and extractor. */
async function attemptAt(text: string) {
  const { shouting: converter, counting: extractor } = own;
  const parts = setUp({ converter, extractor, settings: { deadlines: deadlinesFor(600, { extraction: true }) } });
  const { generation } = parts.store.objects.insert(DOCUMENTS, 'a.txt', text, { contentType: 'text/plain' });
  const task = { ...parts.task, generation: String(generation) };
  const outcome = await processDocument(task, { retryCount: 0, draining: new Drain().signal }, parts.dependencies);
  return { outcome, stored: (name: string) => parts.store.text(RESULTS, `results/f55ff16f-a1/owner-1/${name}`) };
}

test('the handler type-checks with the example in its place', () => {
  const types = { typeRoots: [path.join(PROJECT, 'node_modules/@types')], types: ['node'] };
  const config = { extends: path.join(PROJECT, 'tsconfig.json'), compilerOptions: types, include: ['handler/**/*.ts'] };
  writeFileSync(path.join(folder, 'tsconfig.json'), JSON.stringify(config));
  const tsc = path.join(PROJECT, 'node_modules/typescript-7/bin/tsc');
  expect(spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' })).toMatchObject({
    stdout: '',
    status: 0,
  });
}, 30_000);

test('the linter has nothing to say to it then', () => {
  const biome = path.join(PROJECT, 'node_modules/@biomejs/biome/bin/biome');
  const words = [biome, 'check', '--error-on-warnings', '--vcs-enabled=false', `--config-path=${PROJECT}`, 'handler'];
  const { stdout, stderr, status } = spawnSync(process.execPath, words, { cwd: folder, encoding: 'utf8' });
  expect({ stderr, status }).toEqual({ stderr: '', status: 0 });
  expect(stdout).toMatch(/^Checked \d+ files/);
}, 30_000);

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
