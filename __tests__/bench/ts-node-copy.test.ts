import { asCommonJs } from '../../bench/ts-node-copy.ts';

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
