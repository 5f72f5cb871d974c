import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launch, openPage } from './open-page.ts';

test('npm start -- --console shows all of it on a page that stays after the last document', async () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'start-console-'));
  const words = ['--no-warnings', 'cli/start.ts', '--console', '--results', folder, 'samples/tide-log.txt'];
  const child = spawn(process.execPath, words, { stdio: ['ignore', 'pipe', 'ignore'] });
  const ended = once(child, 'exit');
  let url: string | undefined;
  for (let output = ''; url === undefined; ) {
    output += (await once(child.stdout, 'data'))[0];
    url = /The console stays at (\S+) until Ctrl-C/.exec(output)?.[1];
  }
  const browser = await launch();
  const { page, complaints } = await openPage(browser, url);
  await page.getByRole('row', { name: /tide-log\.txt.*COMPLETED/ }).waitFor();
  expect(complaints).toEqual([]);
  await browser.close();
  child.kill('SIGINT');
  expect(await ended).toEqual([0, null]);
  rmSync(folder, { recursive: true });
});
