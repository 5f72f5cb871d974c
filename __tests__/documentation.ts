import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

/** Absolute path of the project. */
export const PROJECT = path.join(import.meta.dirname, '..');

/** Every page that is written for people, by its path in the project. */
export const PAGES: readonly string[] = [
  'README.md',
  'CHANGELOG.md',
  'CONTRIBUTING.md',
  'SECURITY.md',
  ...readdirSync(path.join(PROJECT, 'docs'))
    .filter((name) => name.endsWith('.md'))
    .map((name) => `docs/${name}`),
];

/** A page as it stands. */
export function page(file: string): string {
  return readFileSync(path.join(PROJECT, file), 'utf8');
}

/** The blocks of code of a page in one language, as they stand there. */
export function codeBlocks(file: string, language: string): string[] {
  const blocks = page(file).matchAll(new RegExp(`^\`\`\`${language}\n(.*?)^\`\`\`$`, 'gms'));
  return [...blocks].map(([, code]) => code ?? '');
}

/**
 * The code of a page that has a text in it.
 *
 * @param language of the block. @default 'ts'
 * @throws Error when no block has it
 */
export function documentationExample(file: string, text: string, language = 'ts'): string {
  const found = codeBlocks(file, language).find((code) => code.includes(text));
  if (found === undefined) throw new Error(`${file} has no ${language} code with '${text}' in it.`);
  return found;
}

/**
 * The rows of a table of a page, each with its cells as they are written.
 *
 * @param heading what the head's first cell says
 * @throws Error when there is no such table
 */
export function documentationTable(file: string, heading: string): string[][] {
  const [, , rows] =
    new RegExp(`^(\\| ${heading} \\|.*\n)(\\|[-|]+\n)((?:\\|.*\n)+)`, 'm').exec(page(file))?.slice(1) ?? [];
  if (rows === undefined) throw new Error(`${file} has no table that begins with '${heading}'.`);
  return rows
    .trimEnd()
    .split('\n')
    .map((row) =>
      row
        .slice(1, -1)
        .split(/(?<!\\)\|/)
        .map((cell) => cell.trim()),
    );
}

/** What stands in code in a text: `a` and `b`. */
export function inCode(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code ?? '');
}
