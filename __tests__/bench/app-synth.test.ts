import { wordsOfApp } from '../../bench/app-synth.ts';

test('the app is measured as cdktf runs it', async () => {
  const words = await wordsOfApp();
  expect(words.at(-1)).toBe('main.ts');
  for (const option of words.slice(0, -1)) expect(option).toMatch(/^--/);
});
