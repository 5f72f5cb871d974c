import type { RequestListener } from 'node:http';
import { setImmediate as turn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { makePdf } from '../../../bench/documents/make-pdf.ts';
import { deadlinesFor } from '../../../deadlines.ts';
import { createLocalConverter } from '../../../documents/conversion/local-converter.ts';
import { CloudStorage } from '../../../google/cloud-storage.ts';
import { base64Crc32c, crc32c } from '../../../google/crc32c.ts';
import { type Outcome, processDocument } from '../../../handler/process-document.ts';
import { closeServer, listen } from '../../../local/listen.ts';
import { StateStore } from '../../../state/state-store.ts';
import { systemClock } from '../../../time/clock.ts';
import { VirtualClock } from '../../../time/virtual-clock.ts';
import { docxParts, paragraph } from '../../documents/conversion/office/make-docx.ts';
import { makeZip } from '../../documents/conversion/office/make-zip.ts';
import { type Changed, DOCUMENTS, RESULTS, setUp } from '../handler-in-memory.ts';
import { pdfBomb } from './bombs.ts';
import { storageServer } from './storage-server.ts';

const MEGABYTE = 1024 * 1024;
const MAX_DOCUMENT_BYTES = 2 * MEGABYTE;

const downloads: Record<string, RequestListener> = {
  endless(_request, response) {
    response.writeHead(200, { 'X-Goog-Generation': '1' });
    const send = () => {
      while (!response.destroyed && response.write(Buffer.alloc(65_536, 'x')));
    };
    response.on('drain', send);
    send();
  },
  compressed(_request, response) {
    response.writeHead(200, { 'Content-Encoding': 'gzip' }).end(gzipSync(Buffer.alloc(100 * MEGABYTE)));
  },
  mislabelled(_request, response) {
    const body = '%PDF-1.7 is not compressed.';
    const hash = `crc32c=${base64Crc32c(crc32c(Buffer.from(body)))}`;
    response.writeHead(200, { 'Content-Encoding': 'gzip', 'X-Goog-Hash': hash }).end(body);
  },
  shorter(_request, response) {
    response.writeHead(200, { 'Content-Length': '1000' }).write('Hello', () => response.destroy());
  },
  longer(_request, response) {
    response.socket?.end(`HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nHello${' and more'.repeat(1000)}`);
  },
  silent(_request, response) {
    response.writeHead(200).write('Hello');
  },
};
const { server, objects } = storageServer(downloads);
let port: number;
beforeAll(async () => {
  port = await listen(server, { port: 0, what: 'Cloud Storage', option: 'none' });
});
afterAll(() => closeServer(server));

/** One attempt at the object, with the real converter and Cloud Storage behind HTTP; the last one if `retryCount` is 4. */
function attempt(
  object: string,
  { retryCount = 0, settings, ...changed }: Changed & { retryCount?: number } = {},
): Promise<Outcome> {
  const { dependencies, task } = setUp();
  const { clock = systemClock } = changed;
  const store = new CloudStorage({
    clock,
    random: () => 0.5,
    accessToken: async () => 't0ken',
    baseUrl: `http://127.0.0.1:${port}`,
  });
  const stored = objects.hasObject(DOCUMENTS, object) ? objects.get(DOCUMENTS, object).generation : 1;
  const document = {
    ...task,
    documentId: object,
    sourceUri: `gs://${DOCUMENTS}/${object}`,
    generation: String(stored),
  };
  return processDocument(
    document,
    { retryCount, draining: new AbortController().signal },
    {
      ...dependencies,
      clock,
      store,
      states: new StateStore(store, RESULTS),
      converter: createLocalConverter(),
      ...changed,
      settings: { ...dependencies.settings, maxDocumentBytes: MAX_DOCUMENT_BYTES, ...settings },
    },
  );
}

/** Megabytes by which the process's memory grew at its peak, beside the outcome. */
async function watched(outcome: Promise<Outcome>): Promise<{ outcome: Outcome; grewMegabytes: number }> {
  const before = process.memoryUsage.rss();
  let peak = before;
  const timer = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage.rss());
  }, 20);
  try {
    return { outcome: await outcome, grewMegabytes: (peak - before) / MEGABYTE };
  } finally {
    clearInterval(timer);
  }
}

const failedFor = (reason: string, message: string | RegExp) => ({
  httpStatus: 200,
  status: 'FAILED',
  error: { reason, message: typeof message === 'string' ? message : expect.stringMatching(message) },
});

describe('a small document that becomes large is FAILED, and takes no more memory than it may', () => {
  test('a DOCX that inflates to 150 MB', async () => {
    const parts = { ...docxParts(paragraph('Hello')), 'word/document.xml': Buffer.alloc(150_000_000, ' ') };
    objects.insert(DOCUMENTS, 'bomb.docx', makeZip(parts, { claimedSize: 10 }));
    expect(await attempt('bomb.docx')).toEqual(
      failedFor('too-large', 'The document inflates to more than the 134217728 bytes allowed.'),
    );
  });

  test('a DOCX whose entities multiply', async () => {
    const entities = Array.from({ length: 12 }, (_, i) => `<!ENTITY e${i + 1} "${`&e${i};`.repeat(10)}">`).join('');
    const parts = docxParts(paragraph('&e12;'));
    const xml = String(parts['word/document.xml']).replace('?>', `?><!DOCTYPE x [<!ENTITY e0 "lol">${entities}]>`);
    objects.insert(DOCUMENTS, 'entities.docx', makeZip({ ...parts, 'word/document.xml': xml }));
    const { outcome, grewMegabytes } = await watched(attempt('entities.docx'));
    expect(outcome).toEqual(failedFor('corrupt', 'A part of the document is no well-formed XML, at its line 2.'));
    expect(grewMegabytes).toBeLessThan(300);
  });

  test('a PDF whose page inflates to 2 GB', async () => {
    const bomb = pdfBomb(2000);
    expect(bomb.length).toBeLessThan(MAX_DOCUMENT_BYTES);
    objects.insert(DOCUMENTS, 'bomb.pdf', bomb);
    const { outcome, grewMegabytes } = await watched(attempt('bomb.pdf'));
    expect(outcome).toEqual(
      failedFor('too-large', 'The document needs more than the 256 MiB of memory that one conversion may use.'),
    );
    expect(grewMegabytes).toBeLessThan(800);
  });
});

describe('a PDF of thousands of pages', () => {
  const pages = (count: number) => makePdf(Array.from({ length: count }, (_, i) => [{ text: `${i}`, x: 50, y: 700 }]));

  test('is FAILED above the limit', async () => {
    objects.insert(DOCUMENTS, 'long.pdf', pages(2001));
    expect(await attempt('long.pdf')).toEqual(
      failedFor('too-large', 'The PDF has 2001 pages; at most 2000 are converted.'),
    );
  });

  test('that takes longer than the budget is ended, and FAILED when that was the last attempt', async () => {
    objects.insert(DOCUMENTS, 'slow.pdf', pages(1999));
    const limits = { settings: { deadlines: { ...deadlinesFor(600), conversionSeconds: 0.4 } } };
    const error = { reason: 'timeout', message: 'The conversion took longer than its 0.4 s.' };
    expect(await attempt('slow.pdf', limits)).toEqual({ httpStatus: 500, status: 'PENDING', error });
    expect(await attempt('slow.pdf', { ...limits, retryCount: 4 })).toEqual({
      httpStatus: 200,
      status: 'FAILED',
      error,
    });
  });

  test.each([
    ['more pages than there are', '/Count 2000000000 /Kids [3 0 R]'],
    ['pages that are their own parents', '/Count 1500 /Kids [2 0 R 2 0 R]'],
  ])('that claims %s is FAILED', async (name, tree) => {
    const pdf = `%PDF-1.7
1 0 obj << /Type /Catalog /Pages 2 0 R >> endobj
2 0 obj << /Type /Pages ${tree} >> endobj
3 0 obj << /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] >> endobj
trailer << /Root 1 0 R >>
%%EOF`;
    objects.insert(DOCUMENTS, encodeURIComponent(name), pdf);
    expect(await attempt(encodeURIComponent(name))).toEqual(
      failedFor('empty', 'The PDF is empty: nothing is on its pages.'),
    );
  });
});

describe('a download', () => {
  test('that never ends is FAILED at the limit', async () => {
    const { outcome, grewMegabytes } = await watched(attempt('endless'));
    expect(outcome).toEqual(
      failedFor('too-large', /^gs:\/\/p-documents\/endless has 2\d{6} bytes; at most 2097152 are taken\.$/),
    );
    expect(grewMegabytes).toBeLessThan(100);
  });

  test('that inflates on its way is FAILED at the limit', async () => {
    const { outcome, grewMegabytes } = await watched(attempt('compressed'));
    expect(outcome).toEqual(failedFor('too-large', /has 2\d{6} bytes; at most 2097152 are taken\.$/));
    expect(grewMegabytes).toBeLessThan(300);
  });

  test('that is not compressed as it says is FAILED, with the way out', async () => {
    expect(await attempt('mislabelled')).toEqual(
      failedFor(
        'corrupt',
        'An object with Content-Encoding: gzip must be compressed so; gs://p-documents/mislabelled cannot be decompressed ' +
          '(incorrect header check). Correct its Content-Encoding and replay the document, or upload it again.',
      ),
    );
  });

  test('that is longer than it says ends where it says', async () => {
    expect(await attempt('longer')).toMatchObject({ status: 'COMPLETED', result: { characters: 6 } });
  });

  const message = /^Cloud Storage could not be reached: /;
  test.each(['shorter', 'silent'])(
    'that breaks off (%s) is tried again, and FAILED after the last attempt',
    async (object) => {
      const clock = new VirtualClock();
      const first = await passing(clock, attempt(object, { clock }));
      expect(first).toMatchObject({ httpStatus: 500, status: 'PENDING', error: { reason: 'error' } });
      expect(await passing(clock, attempt(object, { clock, retryCount: 4 }))).toEqual(failedFor('error', message));
    },
  );
});

/** Lets virtual time pass, a little each time that the server and its client have had their turn, until it is settled. */
async function passing<T>(clock: VirtualClock, promise: Promise<T>): Promise<T> {
  let settled = false;
  const done = promise.finally(() => {
    settled = true;
  });
  while (!settled) {
    await turn();
    await clock.advance(100);
  }
  return done;
}
