import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { localDeployment } from '../cli/local-deployment.ts';
import { processFile } from '../cli/process-file.ts';
import { ResultsFolder } from '../cli/results-folder.ts';
import { synthesiseForThisMachine } from '../cli/synthesise.ts';
import { startLocalGoogle } from '../local/local-google.ts';
import { acceleratedClock } from '../time/clock.ts';
import { refuses, startGeminiServer, writes } from './documents/extraction/gemini-server.ts';

const TOTAL = { type: 'object', properties: { total: { type: 'number' } }, required: ['total'] };

// The real stack and the real bundle, with a server in the place of Vertex AI alone.
test('a stack that extracts fields runs here as it is, as soon as somebody answers in the place of Vertex AI', async () => {
  const folder = await mkdtemp(path.join(tmpdir(), 'extraction-'));
  const schemaFile = path.join(folder, 'total.schema.json');
  await writeFile(schemaFile, JSON.stringify(TOTAL));
  const gemini = await startGeminiServer();
  const environment = {
    ...process.env,
    EXTRACTION_SCHEMA_FILE: schemaFile,
    EXTRACTION_MODEL: 'gemini-test',
    EXTRACTION_INPUT_PRICE: '0.3',
    EXTRACTION_OUTPUT_PRICE: '2.5',
    GOOGLE_VERTEX_BASE_URL: gemini.baseUrl,
  };
  const changes: string[] = [];
  const stack = await synthesiseForThisMachine({ environment });
  const clock = acceleratedClock(20);
  const google = await startLocalGoogle({
    stackFile: stack.stackFile,
    vertexBaseUrl: gemini.baseUrl,
    tasksClock: clock,
  });
  const results = ResultsFolder.take(path.join(folder, 'results'));
  try {
    const file = path.join(folder, 'invoice.md');
    await writeFile(file, '# Invoice\n\nTotal 12.50\n');
    const process = () =>
      processFile(file, 'invoice.md', {
        deployment: localDeployment(google),
        results,
        clock,
        onChange: (status, detail) => changes.push(`${status} ${detail}`),
        signal: new AbortController().signal,
      });
    gemini.plan(refuses(429, 'RESOURCE_EXHAUSTED', 'Slower.'), writes('{"total":"x"}'), writes('{"total":"y"}'));
    const failed = await process();
    const rejectedAnswer = path.join(folder, 'results', 'invoice.md.rejected-answer.json');
    expect(failed).toMatchObject({ status: 'FAILED', attempts: 2, markdown: null, rejectedAnswer });
    expect(failed.reason).toMatch(
      /^extraction-invalid: The model's answer breaks the schema, .* The model's answers are in /,
    );
    expect(failed.reason).toContain(`The model's answers are in ${rejectedAnswer}.`);
    expect(JSON.parse(await readFile(rejectedAnswer, 'utf8')).answers).toEqual(['{"total":"x"}', '{"total":"y"}']);
    const failure = changes.findIndex((change) => /^PENDING attempt 1 failed: .*429 RESOURCE_EXHAUSTED/.test(change));
    expect(changes[failure + 1]).toMatch(/^PENDING attempt 2 in \d+ s$/);

    gemini.plan(writes('{"total":"12.50"}'), writes('{"total":12.5}'));
    // The same content would be the same document, which has its outcome.
    await writeFile(file, '# Invoice\n\nTotal 12.50.\n');
    const outcome = await process();
    expect(outcome).toMatchObject({
      status: 'COMPLETED',
      attempts: 1,
      fields: path.join(folder, 'results', 'invoice.md.fields.json'),
    });
    expect(await readdir(path.join(folder, 'results'))).not.toContain(path.basename(rejectedAnswer));
    expect(JSON.parse(await readFile(outcome.fields as string, 'utf8'))).toEqual({
      fields: { total: 12.5 },
      model: 'gemini-test-001',
      tokens: { input: 200, output: 20 },
      estimatedCostUsd: 0.00011,
      repaired: true,
    });
    const url = '/v1/projects/local-project/locations/us-central1/publishers/google/models/gemini-test:generateContent';
    expect(gemini.requests.map((request) => request.path)).toEqual([url, url]);
    expect(gemini.requests[0]?.body.generationConfig.responseJsonSchema).toEqual(TOTAL);
  } finally {
    results[Symbol.dispose]();
    await google.close();
    await stack[Symbol.asyncDispose]();
    await gemini.close();
    await rm(folder, { recursive: true, force: true });
  }
});
