import { stat } from 'node:fs/promises';
import { stop } from 'esbuild';
import { bundleWithShortWork } from '../../bench/short-documents.ts';
import { scratchFolder } from '../../cli/scratch-folder.ts';

afterAll(() => stop());

test('its short work is processing that the handler can be bundled with', async () => {
  await using folder = await scratchFolder('bench-');
  expect((await stat(await bundleWithShortWork(folder))).size).toBeGreaterThan(100_000);
});
