import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { makePdf } from '../../../bench/documents/make-pdf.ts';
import { createLocalConverter } from '../../../documents/conversion/local-converter.ts';
import { converterContract } from './converter-contract.ts';
import { refusal, utf8 } from './local-conversion.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
/** For what takes a second or two, on a machine that has other things to do. */
const BUSY_MILLISECONDS = 60_000;
/** Takes several seconds. */
const manyPages = makePdf(Array.from({ length: 1500 }, (_, i) => [{ text: `Page ${i}`, x: 50, y: 700 }]));

converterContract('the local converter', createLocalConverter, {
  good: [
    { source: { bytes: utf8('one'), filename: 'a.txt' }, word: 'one' },
    { source: { bytes: makePdf([[{ text: 'two', x: 50, y: 700 }]]), filename: 'b.pdf' }, word: 'two' },
  ],
  slow: { bytes: manyPages, filename: 'a.pdf' },
  encrypted: { bytes: readFileSync(new URL('./documents/encrypted.pdf', import.meta.url)), filename: 'a.pdf' },
  corrupt: { bytes: utf8('%PDF-1.7'), filename: 'a.pdf' },
  empty: { bytes: new Uint8Array(), filename: 'a.txt' },
});

test('a refusal comes over from the thread with its reason', async () => {
  const converter = createLocalConverter({ maxPages: 1 });
  const conversion = converter.convert(
    { bytes: makePdf([[], []]), filename: 'a.pdf' },
    { signal: never, ocr: 'auto', method: 'auto' },
  );
  expect(await refusal(conversion)).toBe('too-large: The PDF has 2 pages; at most 1 are converted.');
});

test('after an abort no thread keeps the process alive for as long as a conversion takes', async () => {
  const script = fileURLToPath(new URL('./abort-one-conversion.ts', import.meta.url));
  const { stdout } = await run(process.execPath, [script]);
  expect(stdout).toBe('enough\ntrue\n');
});

test(
  'a document that needs too much memory is refused, and only its thread ends',
  async () => {
    const bytes = Buffer.concat([Buffer.from('<p>'), Buffer.alloc(4_000_000, 'x <b>y</b> ')]);
    const converter = createLocalConverter({ maxMemoryMebibytes: 16 });
    expect(
      await refusal(converter.convert({ bytes, filename: 'a.html' }, { signal: never, ocr: 'auto', method: 'auto' })),
    ).toBe('too-large: The document needs more than the 16 MiB of memory that one conversion may use.');
  },
  BUSY_MILLISECONDS,
);

test(
  'millions of signs to escape do not end the process with their thread',
  async () => {
    const bytes = Buffer.concat([Buffer.from('<p>'), Buffer.alloc(4_000_000, '*')]);
    const converter = createLocalConverter({ maxMemoryMebibytes: 64 });
    const { characters } = await converter.convert(
      { bytes, filename: 'a.html' },
      { signal: never, ocr: 'auto', method: 'auto' },
    );
    expect(characters).toBe(8_000_001);
  },
  BUSY_MILLISECONDS,
);
