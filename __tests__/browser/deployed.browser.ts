import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Browser } from 'playwright-core';
import { localDeployment } from '../../cli/local-deployment.ts';
import { LocalSystem } from './local-system.ts';
import { launch, openPage } from './open-page.ts';

// The real command as a process, by Google's APIs alone: those of a local Google.
let system: LocalSystem;
let browser: Browser;
const children: ChildProcess[] = [];

beforeAll(async () => {
  [system, browser] = await Promise.all([LocalSystem.start(), launch()]);
  const { storage, documentsBucket, service } = localDeployment(system.google);
  const { signal } = new AbortController();
  for (const [name, text] of [
    ['good.md', '# Good'],
    ['broken.pdf', '%PDF-1.7 and no more'],
  ] as const) {
    await storage.write(documentsBucket, name, text, { contentType: 'text/plain' });
    const { documentId } = await service.enqueue({ sourceUri: `gs://${documentsBucket}/${name}` }, signal);
    for await (const _look of service.looksAt(documentId, signal));
  }
});
afterAll(async () => {
  for (const child of children) {
    child.kill('SIGINT');
    await once(child, 'exit');
  }
  await browser?.close();
  await system?.close();
});

async function opened(...words: string[]) {
  const env = { ...process.env, ...system.google.serviceEnvironment, ...system.google.environment };
  const child = spawn(process.execPath, ['--no-warnings', 'cli/console.ts', '--port', '0', ...words], { env });
  children.push(child);
  child.stderr.pipe(process.stderr);
  let output = '';
  for (;;) {
    const [chunk] = await once(child.stdout, 'data');
    output += chunk;
    const url = /http\S+#token=\S+/.exec(output)?.[0];
    if (url) return openPage(browser, url);
  }
}

test('shows a deployment, and changes nothing without --write', async () => {
  const { page, complaints } = await opened();
  await page.getByRole('row', { name: /broken\.pdf.*FAILED/ }).waitFor();
  await page.getByRole('row', { name: /good\.md.*COMPLETED/ }).waitFor();
  expect(await page.locator('.which').textContent()).toBe('document-processing-dev local-project deployed, read-only');
  expect(await page.getByRole('button', { name: /Replay/ }).count()).toBe(0);
  expect(await page.locator('input[type=file]').count()).toBe(0);

  await page.getByRole('link', { name: 'good.md' }).click();
  await page.frameLocator('iframe[title=markdown]').getByRole('heading', { name: 'Good' }).waitFor();
  const log = await page.getByRole('link', { name: 'Its lines in Cloud Logging' }).getAttribute('href');
  expect(log).toMatch(
    /^https:\/\/console\.cloud\.google\.com\/logs\/query;query=jsonPayload\.documentId%3D%22[0-9a-f]{32}%22\?project=local-project$/,
  );
  await page.getByRole('link', { name: 'Queues' }).click();
  await page.getByText('No task is due yet: the next one in').waitFor();
  expect(await page.getByRole('button', { name: 'Pause' }).count()).toBe(0);
  expect(complaints).toEqual([]);
  await page.context().close();
});

test('with --write it replays and pauses', async () => {
  const { page, complaints } = await opened('--write');
  await page.getByRole('link', { name: 'Queues' }).click();
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused: /).waitFor();
  await page.getByRole('link', { name: 'Documents', exact: true }).click();
  await page.getByRole('link', { name: 'broken.pdf' }).click();
  await page.getByRole('button', { name: 'Replay' }).click();
  await page.getByRole('heading', { level: 2, name: 'Epoch 1 open' }).waitFor();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('heading', { level: 2, name: 'Epoch 1 FAILED' }).waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});
