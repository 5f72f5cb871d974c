import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { createLocalConverter } from '../../../handler/conversion/local-converter.ts';
import { bytesOf, refusal } from './helpers.ts';
import { makePdf } from './make-pdf.ts';

const run = promisify(execFile);
const never = new AbortController().signal;
/** Takes several seconds. */
const manyPages = makePdf(Array.from({ length: 1500 }, (_, i) => [{ text: `Page ${i}`, x: 50, y: 700 }]));

test('converts in a thread and leaves the bytes to their owner', async () => {
  const bytes = bytesOf('# Title');
  const conversion = await createLocalConverter().convert(
    { bytes, filename: 'a.md' },
    { signal: never, ocr: 'auto', method: 'auto' },
  );
  expect(conversion).toMatchObject({ markdown: '# Title\n', type: 'markdown', title: 'Title' });
  expect(bytes).toEqual(bytesOf('# Title'));
});

test('a refusal comes over from the thread with its reason', async () => {
  const converter = createLocalConverter({ maxPages: 1 });
  const conversion = converter.convert(
    { bytes: makePdf([[], []]), filename: 'a.pdf' },
    { signal: never, ocr: 'auto', method: 'auto' },
  );
  expect(await refusal(conversion)).toBe('too-large: The PDF has 2 pages; at most 1 are converted.');
});

test('several documents at once do not mix', async () => {
  const converter = createLocalConverter();
  const texts = ['one', 'two', 'three'];
  const conversions = await Promise.all(
    texts.map((text) =>
      converter.convert({ bytes: bytesOf(text), filename: 'a.txt' }, { signal: never, ocr: 'auto', method: 'auto' }),
    ),
  );
  expect(conversions.map(({ markdown }) => markdown)).toEqual(['one\n', 'two\n', 'three\n']);
});

test('an aborted signal starts nothing', async () => {
  const signal = AbortSignal.abort(new Error('too late'));
  await expect(
    createLocalConverter().convert({ bytes: manyPages, filename: 'a.pdf' }, { signal, ocr: 'auto', method: 'auto' }),
  ).rejects.toThrow('too late');
});

test("an abort in the middle rejects with the signal's reason within 250 ms", async () => {
  const signal = AbortSignal.timeout(300);
  let aborted = Number.POSITIVE_INFINITY;
  signal.addEventListener('abort', () => {
    aborted = performance.now();
  });
  const conversion = createLocalConverter().convert(
    { bytes: manyPages, filename: 'a.pdf' },
    { signal, ocr: 'auto', method: 'auto' },
  );
  expect(await conversion.catch((error: unknown) => error)).toBe(signal.reason);
  expect(performance.now() - aborted).toBeLessThan(250);
});

test('after an abort no thread keeps the process alive', async () => {
  const module = new URL('../../../handler/conversion/local-converter.ts', import.meta.url);
  const script = `
    const { createLocalConverter } = await import(${JSON.stringify(module.href)});
    const bytes = Buffer.concat([Buffer.from('<p>'), Buffer.alloc(20_000_000, 'x <b>y</b> ')]);
    const abort = new AbortController();
    const conversion = createLocalConverter().convert({ bytes, filename: 'a.html' }, { signal: abort.signal, ocr: 'auto', method: 'auto' });
    const aborted = performance.now();
    abort.abort(new Error('enough'));
    await conversion.catch((error) => console.log(error.message));
    process.on('exit', () => console.log(performance.now() - aborted < 2000));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '--eval', script]);
  expect(stdout).toBe('enough\ntrue\n');
});

test('a document that needs too much memory is refused, and only its thread ends', async () => {
  const bytes = Buffer.concat([Buffer.from('<p>'), Buffer.alloc(4_000_000, 'x <b>y</b> ')]);
  const converter = createLocalConverter({ maxMemoryMebibytes: 16 });
  expect(
    await refusal(converter.convert({ bytes, filename: 'a.html' }, { signal: never, ocr: 'auto', method: 'auto' })),
  ).toBe('too-large: The document needs more than the 16 MiB of memory that one conversion may use.');
});
