import { deadlinesFor } from '../../deadlines.ts';
import { type Extraction, type Extractor, UnextractableDocumentError } from '../../documents/extraction/extractor.ts';
import { StorageError } from '../../google/object-store.ts';
import { Drain } from '../../handler/drain.ts';
import { processDocument } from '../../handler/process-document.ts';
import { asText, converterOf, DOCUMENTS, RESULTS, setUp } from './handler-in-memory.ts';

const attempt = (retryCount = 0) => ({ retryCount, draining: new Drain().signal });
const FACTS = { model: 'test-001', tokens: { input: 100, output: 10 }, estimatedCostUsd: 0.00005, repaired: false };
const FOLDER = 'results/6ce14823-a1/owner-1';
const RESULT = {
  markdownUri: `gs://${RESULTS}/${FOLDER}/document.md`,
  metadataUri: `gs://${RESULTS}/${FOLDER}/metadata.json`,
  characters: 5,
};
const EXTRACTED = { ...RESULT, fieldsUri: `gs://${RESULTS}/${FOLDER}/fields.json`, extraction: FACTS };

/** A document, a converter that counts, and an extractor that counts and does what the test says. */
function setUpExtraction(extract: Extractor['extract'] = async ({ markdown }) => fieldsOf(markdown), takesPdf = false) {
  const calls = { conversions: 0, extractions: 0 };
  const behaviour = { extract };
  const parts = setUp({
    settings: { deadlines: deadlinesFor(600, { extraction: true }) },
    converter: converterOf(async (source) => {
      calls.conversions++;
      return { ...(await asText(source)), ...(takesPdf && { type: 'pdf', pages: 3 }) };
    }),
    extractor: {
      takesPdf,
      extract: async (document, options) => {
        calls.extractions++;
        return behaviour.extract(document, options);
      },
    },
  });
  const stored = (name: string) => {
    const text = parts.store.text(RESULTS, `${FOLDER}/${name}`);
    return text === undefined ? undefined : JSON.parse(text);
  };
  return { ...parts, calls, behaviour, stored };
}

function fieldsOf(markdown: string): Extraction {
  return { fields: { text: markdown }, ...FACTS };
}

async function overloaded(): Promise<never> {
  throw new Error('The model is overloaded.');
}

test('fields are extracted from the Markdown, stored beside it, and committed with what they took', async () => {
  const { dependencies, task, view, stored } = setUpExtraction();
  const outcome = await processDocument(task, attempt(), dependencies);
  expect(outcome).toEqual({ httpStatus: 200, status: 'COMPLETED', result: EXTRACTED });
  expect(stored('fields.json')).toEqual({ fields: { text: 'Hello' }, ...FACTS });
  expect(view()).toMatchObject({ status: 'COMPLETED', result: EXTRACTED });
  expect(view()).not.toHaveProperty('converted');
});

test('while the model is asked, the state says what is converted already', async () => {
  const asked = Promise.withResolvers<void>();
  const hold = Promise.withResolvers<void>();
  const { dependencies, task, view } = setUpExtraction(async ({ markdown }) => {
    asked.resolve();
    await hold.promise;
    return fieldsOf(markdown);
  });
  const running = processDocument(task, attempt(), dependencies);
  await asked.promise;
  expect(view()).toMatchObject({ status: 'PROCESSING', attempts: 1, converted: { ...RESULT, type: 'text' } });
  hold.resolve();
  expect(await running).toMatchObject({ status: 'COMPLETED' });
});

test('after a failed call of the model the next attempt does not read or convert the document again', async () => {
  const { dependencies, store, task, calls, behaviour } = setUpExtraction(overloaded);
  const error = { reason: 'error', message: 'The model is overloaded.' };
  expect(await processDocument(task, attempt(), dependencies)).toEqual({ httpStatus: 500, status: 'PENDING', error });
  store.objects.delete(DOCUMENTS, 'a.txt');
  behaviour.extract = async ({ markdown }) => fieldsOf(markdown);
  expect(await processDocument(task, attempt(1), dependencies)).toMatchObject({
    status: 'COMPLETED',
    result: EXTRACTED,
  });
  expect(calls).toEqual({ conversions: 1, extractions: 2 });
});

test('the model is not asked again once its answer is stored', async () => {
  const { dependencies, store, task, calls } = setUpExtraction();
  const write = store.write.bind(store);
  store.write = async (bucket, name, body, options) => {
    if (options.metadata?.kind === 'COMPLETED') throw new StorageError(503, 'Backend Error');
    return write(bucket, name, body, options);
  };
  expect(await processDocument(task, attempt(), dependencies)).toMatchObject({ httpStatus: 500, status: 'PENDING' });
  store.write = write;
  expect(await processDocument(task, attempt(1), dependencies)).toMatchObject({
    status: 'COMPLETED',
    result: EXTRACTED,
  });
  expect(calls).toEqual({ conversions: 1, extractions: 1 });
});

test('where another attempt has stored its answer meanwhile, that one counts', async () => {
  const { dependencies, store, task, stored } = setUpExtraction(async ({ markdown }) => {
    const earlier = { fields: { text: 'earlier' }, ...FACTS, repaired: true };
    store.objects.insert(RESULTS, `${FOLDER}/fields.json`, JSON.stringify(earlier));
    return fieldsOf(markdown);
  });
  const outcome = await processDocument(task, attempt(), dependencies);
  expect(outcome).toMatchObject({ status: 'COMPLETED', result: { extraction: { repaired: true } } });
  expect(stored('fields.json')).toMatchObject({ fields: { text: 'earlier' } });
});

test('an answer that somebody has overwritten with something else is named', async () => {
  const { dependencies, store, task } = setUpExtraction(async ({ markdown }) => {
    store.objects.insert(RESULTS, `${FOLDER}/fields.json`, '{"fields":');
    return fieldsOf(markdown);
  });
  expect(await processDocument(task, attempt(), dependencies)).toMatchObject({
    httpStatus: 500,
    error: { message: expect.stringContaining('fields.json is not what was stored there: delete it, and the fields') },
  });
});

test('what the model answered in vain is kept, and the document FAILED with its conversion', async () => {
  const usage = { model: 'test-001', tokens: { input: 200, output: 20 }, estimatedCostUsd: 0.0001 };
  const { dependencies, task, view, stored } = setUpExtraction(async () => {
    throw new UnextractableDocumentError('extraction-invalid', 'The answer breaks the schema.', ['{}', '[]'], usage);
  });
  const uri = `gs://${RESULTS}/${FOLDER}/rejected-answer.json`;
  const error = {
    reason: 'extraction-invalid',
    message: `The answer breaks the schema. The model's answers are in ${uri}.`,
  };
  expect(await processDocument(task, attempt(), dependencies)).toEqual({ httpStatus: 200, status: 'FAILED', error });
  expect(stored('rejected-answer.json')).toEqual({
    reason: 'extraction-invalid',
    message: 'The answer breaks the schema.',
    answers: ['{}', '[]'],
    ...usage,
  });
  expect(view()).toMatchObject({ status: 'FAILED', error, converted: { markdownUri: RESULT.markdownUri } });
});

test('a model that answered nothing leaves nothing behind', async () => {
  const { dependencies, task, stored } = setUpExtraction(async () => {
    throw new UnextractableDocumentError('extraction-blocked', 'The model may not answer.');
  });
  const error = { reason: 'extraction-blocked', message: 'The model may not answer.' };
  expect(await processDocument(task, attempt(), dependencies)).toEqual({ httpStatus: 200, status: 'FAILED', error });
  expect(stored('rejected-answer.json')).toBeUndefined();
});

test('an extraction has its own part of the deadline, also when it ignores its signal', async () => {
  const asked = Promise.withResolvers<void>();
  const { clock, dependencies, task } = setUpExtraction(() => {
    asked.resolve();
    return new Promise(() => {});
  });
  const running = processDocument(task, attempt(), dependencies);
  await asked.promise;
  await clock.advance(106_000);
  const error = { reason: 'timeout', message: 'The extraction took longer than its 106 s.' };
  expect(await running).toEqual({ httpStatus: 500, status: 'PENDING', error });
  expect(clock.pendingTimers).toBe(0);
});

test('the last attempt whose extraction fails makes the document FAILED', async () => {
  const { dependencies, task } = setUpExtraction(overloaded);
  expect(await processDocument(task, attempt(4), dependencies)).toMatchObject({ httpStatus: 200, status: 'FAILED' });
});

test('a later attempt without an extractor commits what was converted', async () => {
  const { dependencies, task, calls } = setUpExtraction(overloaded);
  await processDocument(task, attempt(), dependencies);
  const outcome = await processDocument(task, attempt(1), { ...dependencies, extractor: undefined });
  expect(outcome).toEqual({ httpStatus: 200, status: 'COMPLETED', result: RESULT });
  expect(calls.conversions).toBe(1);
});

test('a conversion that was deleted before its extraction is made again', async () => {
  const { dependencies, store, task, calls, behaviour } = setUpExtraction(overloaded);
  await processDocument(task, attempt(), dependencies);
  store.objects.delete(RESULTS, `${FOLDER}/document.md`);
  behaviour.extract = async ({ markdown }) => fieldsOf(markdown);
  expect(await processDocument(task, attempt(1), dependencies)).toMatchObject({
    status: 'COMPLETED',
    result: { markdownUri: RESULT.markdownUri.replace('owner-1', 'owner-2') },
  });
  expect(calls).toEqual({ conversions: 2, extractions: 2 });
});

describe('an extractor that takes PDFs', () => {
  const TAKES_PDF = true;

  test('gets the place of a PDF', async () => {
    const seen: unknown[] = [];
    const { dependencies, task } = setUpExtraction(async (document) => {
      seen.push(document);
      return fieldsOf('');
    }, TAKES_PDF);
    expect(await processDocument(task, attempt(), dependencies)).toMatchObject({ status: 'COMPLETED' });
    expect(seen).toEqual([{ markdown: 'Hello', pdfUri: task.sourceUri }]);
  });

  test('gets the Markdown alone of what is no PDF', async () => {
    const seen: unknown[] = [];
    const { dependencies, task } = setUpExtraction(async (document) => {
      seen.push(document);
      return fieldsOf('');
    }, TAKES_PDF);
    await processDocument(task, attempt(), { ...dependencies, converter: converterOf(asText) });
    expect(seen).toEqual([{ markdown: 'Hello' }]);
  });

  test('is not asked about a PDF that was replaced', async () => {
    const { dependencies, store, task, calls } = setUpExtraction(overloaded, TAKES_PDF);
    await processDocument(task, attempt(), dependencies);
    store.objects.insert(DOCUMENTS, 'a.txt', 'Replaced');
    expect(await processDocument(task, attempt(1), dependencies)).toMatchObject({
      status: 'FAILED',
      error: { reason: 'source-gone', message: `${task.sourceUri}#${task.generation} does not exist any more.` },
    });
    expect(calls.extractions).toBe(1);
  });

  test('has read nobody knows what when the PDF is replaced meanwhile', async () => {
    const { dependencies, store, task, stored } = setUpExtraction(async () => {
      store.objects.insert(DOCUMENTS, 'a.txt', 'Replaced');
      return fieldsOf('Replaced');
    }, TAKES_PDF);
    const outcome = await processDocument(task, attempt(), dependencies);
    expect(outcome).toMatchObject({ status: 'FAILED', error: { reason: 'source-gone' } });
    expect(stored('fields.json')).toBeUndefined();
  });

  test.each([
    ['901 pages', { pages: 901, size: 5 }],
    ['more than 50 MB', { pages: 3, size: 50_000_001 }],
  ])('is not asked about %s', async (_what, { pages, size }) => {
    const { dependencies, store, task, calls } = setUpExtraction(overloaded, TAKES_PDF);
    const stat = store.stat.bind(store);
    store.stat = async (...args) => {
      const found = await stat(...args);
      return found && { ...found, size };
    };
    const converter = converterOf(async (source) => ({ ...(await asText(source)), type: 'pdf', pages }));
    expect(await processDocument(task, attempt(), { ...dependencies, converter })).toMatchObject({
      status: 'FAILED',
      error: {
        reason: 'extraction-refused',
        message:
          `A model reads PDFs of at most 50000000 bytes and 900 pages; ${task.sourceUri} has ${size} bytes and ` +
          `${pages} pages: extract from the text instead (EXTRACTION_INPUT).`,
      },
    });
    expect(calls.extractions).toBe(0);
  });
});
