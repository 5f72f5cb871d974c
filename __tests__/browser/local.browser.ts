import { readFileSync } from 'node:fs';
import type { Browser, Page } from 'playwright-core';
import type { RunningConsole } from '../../console/server/start-console.ts';
import { LocalSystem } from './local-system.ts';
import { launch, type OpenPage, openPage } from './open-page.ts';

let system: LocalSystem;
let running: RunningConsole;
let browser: Browser;
let opened: OpenPage;
let page: Page;

beforeAll(async () => {
  [system, browser] = await Promise.all([LocalSystem.start(), launch()]);
  running = await system.startConsole();
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});
beforeEach(async () => {
  opened = await openPage(browser, running.url);
  page = opened.page;
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await page.context().close();
});

/** Drops a file onto the page, as a person does from a folder. */
async function drop(name: string, content: string | Buffer): Promise<void> {
  const data = await page.evaluateHandle(
    ([filename, base64]) => {
      const transfer = new DataTransfer();
      const bytes = Uint8Array.from(atob(base64 ?? ''), (character) => character.charCodeAt(0));
      transfer.items.add(new File([bytes], filename ?? ''));
      return transfer;
    },
    [name, Buffer.from(content).toString('base64')],
  );
  await page.dispatchEvent('main', 'dragover', { dataTransfer: data });
  await page.dispatchEvent('main', 'drop', { dataTransfer: data });
  await page.getByRole('heading', { level: 1, name }).waitFor();
}

const view = (name: string) => page.getByRole('link', { name, exact: true }).click();
const status = (word: string) => page.locator('.heading .status').getByText(word).waitFor();

test('the token leaves the address, and the page opens on its first view', async () => {
  expect(page.url()).toBe(`http://${running.host}/documents`);
  expect(await page.title()).toBe('Documents · document-processing-dev');
  await page.reload();
  await page.getByRole('heading', { level: 1, name: 'Documents' }).waitFor();
});

test('who has no token is told where it is', async () => {
  const { page: stranger } = await openPage(browser, `http://${running.host}/documents`);
  expect(await stranger.getByRole('alert').textContent()).toBe(
    'Open the address that was printed in the terminal: it has the token of this run.',
  );
  await stranger.context().close();
});

test('a file that is dropped becomes COMPLETED, with its Markdown beside it', async () => {
  await drop('energy-report.pdf', readFileSync('samples/energy-report.pdf'));
  await status('COMPLETED');
  const markdown = page.frameLocator('iframe[title=markdown]');
  await markdown.getByRole('heading', { name: 'Brenna Island Energy Report 2025' }).waitFor();
  await page.getByLabel('As text').check();
  await markdown.getByText('<!-- page 2 -->').waitFor();
  await page.getByText('Request, payload and answer').click();
  expect(await page.locator('figure', { hasText: 'Payload' }).locator('pre').textContent()).toMatch(
    /"filename": "energy-report.pdf"/,
  );
  await page.getByRole('table').getByText('Attempt ended').waitFor();
});

test('a document never runs a script, in its source or in its Markdown', async () => {
  const html =
    '<h1>Title</h1><script>top.document.title="broken"</script><p><a href="javascript:alert(1)">link</a></p>';
  await drop('scripted.html', html);
  await status('COMPLETED');
  await page.frameLocator('iframe[title=markdown]').getByRole('heading', { name: 'Title' }).waitFor();
  await page.frameLocator('iframe[title=Source]').getByText('<script>').waitFor();
  expect(await page.title()).toBe('Documents · document-processing-dev');
});

test('an attempt that fails is retried: the wait is counted down, and can be ended', async () => {
  await view('Break it');
  await page.getByRole('button', { name: 'Answer 500' }).click();
  await page.getByText('Answered 500 without the service: the next 1').waitFor();
  await drop('retried.md', '# Retried');
  const next = page.getByText(/^Next attempt in \d/);
  await next.waitFor();
  const before = await next.textContent();
  await expectSoon(async () => (await next.textContent()) !== before);
  await page.getByRole('button', { name: 'Run now' }).click();
  await status('COMPLETED');
  expect(await page.locator('.attempts > li').count()).toBe(2);
  expect(await page.locator('.attempts > li').last().textContent()).toMatch(/500.*retrying/);

  await view('Break it');
  await page.getByText(/Answered 500 without the service: attempt 1 of .* → 500, retrying/).waitFor();
});

test('a paused queue says so, and why nothing runs; resumed, it goes on', async () => {
  await view('Queues');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused: \d+ tasks? waits? until it is resumed\./).waitFor();
  await drop('waits.md', '# Waits');
  await status('PENDING');
  await view('Queues');
  await page.getByRole('button', { name: 'Resume' }).click();
  await view('Documents');
  await page
    .getByRole('row', { name: /waits\.md/ })
    .getByText('COMPLETED')
    .waitFor();
});

test('a document that waits is cancelled when that is confirmed, which a command would do too', async () => {
  await view('Queues');
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByText(/^Paused: /).waitFor();
  await drop('cancelled.md', '# Cancelled');
  await page.getByRole('toolbar').getByRole('button', { name: 'Cancel' }).click();
  const dialog = page.getByRole('dialog', { name: 'Cancel' });
  await dialog.getByText('As a command').click();
  expect(await dialog.locator('pre').allTextContents()).toEqual([
    expect.stringMatching(/^curl -H "Authorization: Bearer \$TOKEN".+"do":"cancel".+\/api\/actions$/s),
    expect.stringMatching(/^npm run documents -- cancel [0-9a-f]{32}$/),
  ]);
  await dialog.getByRole('button', { name: 'Cancel' }).click();
  await status('FAILED');
  await view('Queues');
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('button', { name: 'Pause' }).waitFor();
});

test('replaying one, by the keyboard alone, ends on its new epoch', async () => {
  await drop('broken.pdf', '%PDF-1.7 and no more');
  await status('FAILED');
  await view('Documents');
  await page.getByRole('row', { name: /broken\.pdf/ }).waitFor();
  await page.keyboard.press('/');
  await page.keyboard.type('broken.pdf');
  await expectSoon(async () => new URL(page.url()).searchParams.get('q') === 'broken.pdf');
  await tabTo(() => page.getByRole('link', { name: 'broken.pdf' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 1, name: 'broken.pdf' }).waitFor();
  await tabTo(() => page.getByRole('button', { name: 'Replay' }));
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { level: 2, name: /^Epoch 1 / }).waitFor();
  await page.getByRole('status').getByText('Replayed: epoch 1 has begun.').waitFor();
});

test('all that match are replayed on the server, once their number is confirmed', async () => {
  for (const name of ['wrong-1.pdf', 'wrong-2.pdf', 'other.pdf']) {
    await drop(name, `%PDF-1.7 and no more of ${name}`);
    await status('FAILED');
  }
  await view('Documents');
  await page.getByRole('searchbox').fill('wrong');
  await page.getByRole('button', { name: 'Replay all 2 failed that match' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByText('Replay 2 FAILED documents that match “wrong”?').waitFor();
  await dialog.getByRole('button', { name: 'Replay all 2 failed that match' }).click();
  await page.getByText('Done: 2 of 2').waitFor();
  await expectSoon(async () => (await epochs('wrong')).join() === '1,1');
  await page.getByRole('searchbox').fill('other.pdf');
  await expectSoon(async () => (await epochs('other')).join() === '0');
});

async function epochs(name: string): Promise<string[]> {
  return page
    .getByRole('row', { name: new RegExp(name) })
    .locator('td:nth-child(5)')
    .allTextContents();
}

test('the ones that are selected are replayed', async () => {
  for (const name of ['first.pdf', 'second.pdf']) {
    await drop(name, `%PDF-1.7 and no more of ${name}`);
    await status('FAILED');
  }
  await view('Documents');
  await page.getByLabel('Select first.pdf').check();
  await page.getByLabel('Select second.pdf').check();
  await page.getByRole('button', { name: 'Replay 2 selected' }).click();
  await expectSoon(async () => (await epochs('first|second')).join() === '1,1');
});

test('a killed instance is said to be, and another takes its place', async () => {
  await view('Instances & log');
  const [pid] = system.google.instancePids();
  await page
    .getByRole('row', { name: String(pid) })
    .getByRole('button', { name: 'Kill' })
    .click();
  await page.getByRole('dialog').getByRole('button', { name: 'Kill' }).click();
  await page.getByText('An instance ended by itself (SIGKILL)').waitFor();
  await page.getByRole('searchbox').fill('ended by itself');
  await expectSoon(async () => (await page.getByRole('table', { name: 'Log' }).getByRole('row').count()) === 2);
});

test('a line of the log says which instance it is of, and is found by it', async () => {
  await drop('logged.md', '# Logged');
  await status('COMPLETED');
  await view('Instances & log');
  const [pid] = system.google.instancePids();
  const row = page.getByRole('table', { name: 'Log' }).getByRole('row').nth(1);
  await expectSoon(async () => (await row.locator('td:nth-child(3)').textContent()) === String(pid));
  await page.getByRole('combobox', { name: 'Instance' }).selectOption(String(pid));
  await expectSoon(async () => new URL(page.url()).searchParams.get('instance') === String(pid));
  await expectSoon(async () => {
    const shown = await page.getByRole('table', { name: 'Log' }).locator('td:nth-child(3)').allTextContents();
    return shown.length > 0 && shown.every((one) => one === String(pid));
  });
  await page.goto(new URL('/instances?instance=1', running.url).href);
  await page.getByText('No lines.').waitFor();
  expect(await page.getByRole('combobox', { name: 'Instance' }).inputValue()).toBe('1');
});

test('the stack is drawn from its JSON', async () => {
  await view('Stack');
  await page.getByText('595 s for a request').waitFor();
  await page.getByRole('row', { name: /document-invoker-dev.*run\.invoker.*document-processing-dev/ }).waitFor();
});

test('a server that was killed is found again when it is back, with what changed meanwhile', async () => {
  await page.getByRole('table').waitFor();
  await running.close();
  await page.getByText('The console does not answer: trying again.').waitFor();
  const { documents_bucket: bucket } = system.google.outputs;
  expect(bucket).toBe('local-project-documents-dev');
  running = await system.startConsole(Number(running.host.split(':')[1]));
  await expectSoon(async () => (await page.locator('.trouble').textContent()) === '');
  await drop('after.md', '# After the break');
  await status('COMPLETED');
  // Refused connections are told of, and are what this is about.
  expect(opened.complaints.filter((text) => !text.includes('net::ERR_'))).toEqual([]);
  opened.complaints.length = 0;
});

test('a page that nobody sees has no stream', async () => {
  await page.getByRole('table').waitFor();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => true });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await view('Queues');
  // What it would show comes by the stream alone.
  await page.getByText('Looking…').waitFor();
  await page.evaluate(() => {
    Object.defineProperty(document, 'hidden', { configurable: true, get: () => false });
    document.dispatchEvent(new Event('visibilitychange'));
  });
  await page.getByRole('heading', { level: 1, name: 'Queues' }).waitFor();
});

/** Tab by Tab until something has the focus. */
async function tabTo(target: () => ReturnType<Page['getByRole']>): Promise<void> {
  for (let tabs = 0; tabs < 60; tabs++) {
    if (
      await target()
        .evaluate((element) => element === document.activeElement)
        .catch(() => false)
    )
      return;
    await page.keyboard.press('Tab');
  }
  throw new Error('The keyboard does not reach it.');
}

/** Looks again and again, as people do, until it is so. */
async function expectSoon(holds: () => Promise<boolean>): Promise<void> {
  for (let looks = 0; looks < 200; looks++) {
    if (await holds()) return;
    await page.waitForTimeout(50);
  }
  throw new Error(`It never was so: ${holds}`);
}
