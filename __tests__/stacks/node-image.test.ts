import { readFileSync } from 'node:fs';
import { nodeImage } from '../../stacks/node-image.ts';

test('production runs the Node that the project installs', () => {
  const installed = JSON.parse(readFileSync('node_modules/node/package.json', 'utf8')).version;
  expect(nodeImage()).toBe(`docker.io/library/node:${installed}-slim`);
});
