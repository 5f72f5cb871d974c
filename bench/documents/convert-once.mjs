/** A process that converts one file with a bundled converter, in a thread as the handler does, and ends. */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [, , bundle, file] = process.argv;
const { createLocalConverter } = await import(pathToFileURL(bundle).href);
const options = { signal: new AbortController().signal, ocr: 'auto', method: 'auto' };
await createLocalConverter().convert({ bytes: await readFile(file), filename: file }, options);
