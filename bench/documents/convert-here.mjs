/** A process that converts one file with a bundled converter on its own thread, and ends. */
import { readFile } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';

const [, , bundle, file] = process.argv;
const { convertByType } = await import(pathToFileURL(bundle).href);
const limits = { maxPages: 2000, maxInflatedBytes: 2 ** 27, maxMemoryMebibytes: 256, maxBufferMebibytes: 256 };
await convertByType({ bytes: new Uint8Array(await readFile(file)), filename: file }, 'auto', limits);
