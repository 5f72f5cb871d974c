/** A process that has the bare library take the text out of one PDF, and ends. */
import { readFile } from 'node:fs/promises';
import { extractText } from 'unpdf';

await extractText(new Uint8Array(await readFile(process.argv[2])));
