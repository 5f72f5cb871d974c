import { readFileSync } from 'node:fs';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { LocalSystem } from './local-system.ts';
import { launch, openPage } from './open-page.ts';

let system: LocalSystem;
let browser: Browser;
let url: string;
/** Path of a COMPLETED document and of one that has failed. */
let done: string;
let failed: string;

beforeAll(async () => {
  [system, browser] = await Promise.all([LocalSystem.start(), launch()]);
  url = (await system.startConsole()).url;
  const { page } = await openPage(browser, url);
  done = await processed(page, {
    name: 'report.md',
    mimeType: 'text/plain',
    buffer: readFileSync('samples/sensor-specification.md'),
  });
  failed = await processed(page, {
    name: 'broken.pdf',
    mimeType: 'text/plain',
    buffer: Buffer.from('%PDF-1.7 and no more'),
  });
  await page.context().close();
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});

async function processed(page: Page, file: { name: string; mimeType: string; buffer: Buffer }): Promise<string> {
  await page.locator('input[type=file]').setInputFiles(file);
  await page.getByRole('heading', { level: 1, name: file.name }).waitFor();
  await page
    .locator('.heading .status')
    .getByText(/COMPLETED|FAILED/)
    .waitFor();
  return new URL(page.url()).pathname;
}

/** What axe finds, with the places. */
async function findings(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate(() => (globalThis as unknown as { axe: typeof axe }).axe.run(document));
  return violations.map(
    ({ id, help, nodes }) => `${id}: ${help}: ${nodes.map(({ html }) => html.slice(0, 200)).join(' | ')}`,
  );
}

const VIEWS: [string, () => string][] = [
  ['documents', () => '/documents'],
  ['documents of which none matches', () => '/documents?q=nothing-has-this'],
  ['a document that is COMPLETED', () => done],
  ['a document that is FAILED', () => failed],
  ['queues', () => '/queues'],
  ['instances and log', () => '/instances'],
  ['break it', () => '/faults'],
  ['stack', () => '/stack'],
  ['nothing', () => '/stack/nothing'],
];

describe.each(['light', 'dark'] as const)('%s', (colorScheme) => {
  test.each(VIEWS)('axe finds nothing in %s', async (_what, path) => {
    const { page, complaints } = await openPage(browser, url, { colorScheme });
    await page.goto(new URL(path(), url).href);
    await page.getByText('Looking…').waitFor({ state: 'detached' });
    await page.locator('main').waitFor();
    for (const details of await page.locator('summary').all()) await details.click();
    expect(await findings(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.context().close();
  });
});

test.each(VIEWS)('at 360 px, which is 200 % of 720, nothing of %s runs out of the page', async (_what, path) => {
  const { page } = await openPage(browser, url, { viewport: { width: 360, height: 640 } });
  await page.goto(new URL(path(), url).href);
  await page.getByText('Looking…').waitFor({ state: 'detached' });
  await page.locator('main').waitFor();
  const [width, shown] = await page.evaluate(() => [
    document.documentElement.scrollWidth,
    document.documentElement.clientWidth,
  ]);
  expect(width).toBe(shown);
  await page.context().close();
});

test('a dialog takes the focus, is left by Escape, and gives the focus back', async () => {
  const { page } = await openPage(browser, url);
  await page.goto(new URL('/queues', url).href);
  const purge = page.getByRole('button', { name: 'Purge' });
  await purge.press('Enter');
  await page.getByRole('dialog', { name: 'Purge' }).waitFor();
  expect(await findings(page)).toEqual([]);
  await page.keyboard.press('Escape');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await purge.evaluate((element) => element === document.activeElement)).toBe(true);
  await page.context().close();
});

test('what is done is told once, and changes that come by themselves are not', async () => {
  const { page } = await openPage(browser, url);
  const said = () => page.getByRole('status').allTextContents();
  expect((await said()).join('')).toBe('');
  await page.goto(new URL('/queues', url).href);
  await page.getByRole('button', { name: 'Pause' }).click();
  await page.getByRole('button', { name: 'Resume' }).click();
  await page.getByRole('status').getByText('Resumed.').waitFor();
  expect((await said()).join('')).toBe('Resumed.');
  expect(await page.locator('[aria-live], [role=log], [role=timer]').count()).toBe(0);
  await page.context().close();
});
