import { readFileSync } from 'node:fs';

/**
 * The code of the README that has a text in it, as it stands there.
 *
 * @throws Error when no block has it
 */
export function readmeExample(text: string): string {
  const readme = readFileSync(new URL('../README.md', import.meta.url), 'utf8');
  const blocks = [...readme.matchAll(/^```ts\n(.*?)^```$/gms)].map(([, code]) => code ?? '');
  const found = blocks.find((code) => code.includes(text));
  if (found === undefined) throw new Error(`The README has no code with '${text}' in it.`);
  return found;
}
