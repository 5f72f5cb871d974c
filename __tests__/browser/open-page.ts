import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';

/** What a page must not do. */
export interface OpenPage {
  readonly page: Page;
  /** What the browser complained about: errors of scripts, what a policy refused. */
  readonly complaints: string[];
}

export function launch(): Promise<Browser> {
  const executablePath = process.env.CHROMIUM;
  if (!executablePath)
    throw new Error('These tests need a Chromium: npm run browser finds one, or CHROMIUM=/path names it.');
  // Containers give no user namespaces, which its own sandbox needs.
  return chromium.launch({ executablePath, args: ['--no-sandbox'] });
}

/** A page in a browser that knows nothing of others. */
export async function openPage(browser: Browser, url: string, options: BrowserContextOptions = {}): Promise<OpenPage> {
  const context = await browser.newContext({ reducedMotion: 'reduce', ...options });
  context.setDefaultTimeout(20_000);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on('pageerror', ({ message }) => complaints.push(message));
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
  });
  await page.goto(url);
  await page.getByRole('heading', { level: 1 }).waitFor();
  return { page, complaints };
}
