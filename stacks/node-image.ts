import { readFileSync } from 'node:fs';

/** The stock Node image of exactly the version that the project pins, tests and runs locally. */
export function nodeImage(): string {
  const manifest = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8'));
  return `docker.io/library/node:${manifest.devDependencies.node}-slim`;
}
