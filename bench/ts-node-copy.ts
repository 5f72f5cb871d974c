import { cp, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { PROJECT } from './node-process.ts';

/** What the app imports from, beside the files in the project's own folder. */
const SOURCE_FOLDERS = ['stacks', 'handler', 'documents', 'google', 'time'];
const LINKED_FOLDERS = ['node_modules', 'dist'];

/**
 * The copy's tsconfig.json is cdktf's own template, but for the language's version: the source uses newer features than ES2018.
 */
const TSCONFIG = {
  extends: './node_modules/cdktf-cli/bundle/templates/typescript/tsconfig.json',
  compilerOptions: { target: 'es2022', lib: ['es2024'] },
};

/**
 * Copies the app into a folder where `ts-node main.ts` runs it as in cdktf's template: as CommonJS, with type checks. The source is
 * the same but for what CommonJS does not have; every import of a package stays as it is.
 */
export async function copyForTsNode(folder: string): Promise<void> {
  const rootFiles = (await readdir(PROJECT)).filter((name) => name.endsWith('.ts'));
  for (const name of [...rootFiles, ...SOURCE_FOLDERS]) {
    await cp(path.join(PROJECT, name), path.join(folder, name), { recursive: true });
  }
  for (const name of await readdir(folder, { recursive: true })) {
    if (!name.endsWith('.ts')) continue;
    const file = path.join(folder, name);
    await writeFile(file, asCommonJs(await readFile(file, 'utf8')));
  }
  for (const name of LINKED_FOLDERS) await symlink(path.join(PROJECT, name), path.join(folder, name), 'junction');
  const { type: _esModules, ...manifest } = JSON.parse(await readFile(path.join(PROJECT, 'package.json'), 'utf8'));
  await writeFile(path.join(folder, 'package.json'), JSON.stringify(manifest));
  await writeFile(path.join(folder, 'tsconfig.json'), JSON.stringify(TSCONFIG));
}

/** Rewrites what CommonJS does not have: `.ts` endings of imports, and what `import.meta` says of the file's place. */
export function asCommonJs(source: string): string {
  return source
    .replaceAll(/(\bfrom )'(\.[^']*)\.ts'/g, "$1'$2'")
    .replaceAll('import.meta.url', "require('node:url').pathToFileURL(__filename)")
    .replaceAll('import.meta.dirname', '__dirname');
}
