import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Browser } from 'playwright-core';
import { EmulatorConsole } from '../../cli/emulator-console.ts';
import { EmulatorShown } from '../../console/emulator/emulator-shown.ts';
import { type CloudTasks, startCloudTasks } from '../../local/cloud-tasks/cloud-tasks.ts';
import { systemClock } from '../../time/clock.ts';
import { launch, openPage } from './open-page.ts';

const QUEUE = 'projects/p/locations/l/queues/one';
let browser: Browser;
let tasks: CloudTasks;
let target: Server;
let url: string;
let status = 204;

beforeAll(async () => {
  target = createServer((_request, response) => response.writeHead(status).end('{"because":"of the test"}')).listen(
    0,
    '127.0.0.1',
  );
  const shown = new EmulatorShown(systemClock, () => undefined);
  const page = new EmulatorConsole(shown);
  tasks = await startCloudTasks({
    queues: [{ name: QUEUE, retryConfig: { minBackoffMs: 60_000 } }],
    onAttempt: (attempt) => shown.noteAttempt(attempt),
    onChange: shown.noteChange,
    beside: page.app,
  });
  shown.watch(tasks);
  url = `${tasks.url}/#token=${await page.open(undefined)}`;
  browser = await launch();
});
afterAll(async () => {
  await browser?.close();
  await tasks?.close();
  target?.close();
});

function create(id: string): void {
  const httpRequest = {
    url: `http://127.0.0.1:${(target.address() as AddressInfo).port}/work`,
    body: Buffer.from('{"number":7}'),
  };
  tasks.call('CreateTask', { parent: QUEUE, task: { name: `${QUEUE}/tasks/${id}`, httpRequest } });
}

test('shows tasks in place of documents, with each attempt, its payload and its answer', async () => {
  const { page, complaints } = await openPage(browser, url);
  create('good');
  await page.getByRole('row', { name: /good/ }).getByText('SUCCEEDED').waitFor();
  status = 500;
  create('bad');
  await page.getByRole('row', { name: /bad/ }).getByText('RETRYING').waitFor();
  await page.getByRole('searchbox').fill('ba');
  await page.getByRole('row', { name: /good/ }).waitFor({ state: 'detached' });

  await page.getByRole('link', { name: 'bad' }).click();
  await page.getByText(/^Next attempt in (59|60|1 min)/).waitFor();
  await page.getByText('Request, payload and answer').click();
  await page.locator('pre').getByText('"number": 7').first().waitFor();
  await page.locator('pre').getByText('"because": "of the test"').waitFor();
  status = 200;
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.locator('.heading').getByText('SUCCEEDED').waitFor();
  expect(complaints).toEqual([]);
  await page.context().close();
});
