import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { asCommonJs, copyForTsNode } from '../../bench/ts-node-copy.ts';
import { scratchFolder } from '../../cli/scratch-folder.ts';

test('drops the endings of relative imports and leaves those of packages', () => {
  const source = [
    "import { a, type B } from './a.ts';",
    "import type { C } from '../c/d.ts';",
    "import e from 'e/f.ts';",
  ];
  expect(asCommonJs(source.join('\n')).split('\n')).toEqual([
    "import { a, type B } from './a';",
    "import type { C } from '../c/d';",
    "import e from 'e/f.ts';",
  ]);
});

test('finds the place of a file as CommonJS does', () => {
  expect(asCommonJs("new URL('../a', import.meta.url)")).toBe(
    "new URL('../a', require('node:url').pathToFileURL(__filename))",
  );
});

test('finds the folder of a file as CommonJS does', () => {
  expect(asCommonJs('join(import.meta.dirname, name)')).toBe('join(__dirname, name)');
});

test('what the copy runs has no error of types in CommonJS, as ts-node checks it', async () => {
  await using folder = await scratchFolder('bench-');
  await copyForTsNode(folder.path);
  const reached = { extends: './tsconfig.json', files: ['main.ts'], include: [] };
  await writeFile(path.join(folder.path, 'reached.json'), JSON.stringify(reached));
  const compiler = path.join('node_modules', 'typescript', 'bin', 'tsc');
  const checking = promisify(execFile)(process.execPath, [compiler, '--noEmit', '-p', 'reached.json'], {
    cwd: folder.path,
  });
  expect(await checking.catch((error) => error)).toMatchObject({ stdout: '' });
}, 60_000);
