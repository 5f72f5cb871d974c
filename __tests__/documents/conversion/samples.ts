import { readdirSync, readFileSync } from 'node:fs';

const FOLDER = new URL('../../../samples/', import.meta.url);

/** The documents of the folder of samples, by their names. */
export const SAMPLES: ReadonlyMap<string, Uint8Array> = new Map(
  readdirSync(FOLDER, { withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.includes('.'))
    .map(({ name }) => [name, readFileSync(new URL(name, FOLDER))]),
);
