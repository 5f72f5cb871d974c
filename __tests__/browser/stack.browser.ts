import type { Browser, Page } from 'playwright-core';
import { LocalSystem } from './local-system.ts';
import { launch, type OpenPage, openPage } from './open-page.ts';

let system: LocalSystem;
let browser: Browser;
let opened: OpenPage;
let page: Page;
let url: string;

beforeAll(async () => {
  const settings = { ENQUEUE_UPLOADS: 'true', UPLOADS_PREFIX: 'inbox/', OUTCOMES: 'true' };
  [system, browser] = await Promise.all([LocalSystem.start(settings), launch()]);
  url = (await system.startConsole()).url;
});
afterAll(async () => {
  await browser?.close();
  await system?.close();
});
beforeEach(async () => {
  opened = await openPage(browser, url);
  page = opened.page;
  await page.getByRole('link', { name: 'Stack', exact: true }).click();
  await page.getByRole('heading', { level: 1, name: 'Stack' }).waitFor();
});
afterEach(async () => {
  expect(opened.complaints).toEqual([]);
  await page.context().close();
});

test('Pub/Sub is drawn where uploads and outcomes are on, each with what holds here', async () => {
  const inSection = (section: string, text: string) =>
    page.getByRole('region', { name: section, exact: true }).getByRole('article').filter({ hasText: text });
  expect(await inSection('Notifications', 'begin with inbox/').textContent()).toMatch(/Enforced here: OBJECT_FINALIZE/);
  expect(await inSection('Topics', 'Enforced here: who may publish').count()).toBe(3);
  expect(await inSection('Subscriptions', 'audience https://').textContent()).toMatch(
    /as document-uploads-dev@.*after 10 deliveries to the topic document-processing-dev-uploads-failed/,
  );
  expect(await inSection('Subscriptions', 'messages wait until somebody pulls them').count()).toBe(1);
  const row = page.getByRole('row', { name: /gs-project-accounts.*pubsub\.publisher.*-uploads topic/ });
  expect(await row.count()).toBe(1);
});

test('at 360 px no part of it runs out of its place', async () => {
  await page.setViewportSize({ width: 360, height: 640 });
  const tooWide = await page
    .locator('article, section[aria-label=Grants]')
    .evaluateAll((all) => all.filter((one) => one.scrollWidth > one.clientWidth).map((one) => one.textContent));
  expect(tooWide).toEqual([]);
});
