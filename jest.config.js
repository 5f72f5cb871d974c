import { fileURLToPath } from 'node:url';

// The commands that tests start are compiled once, not every time.
process.env.NODE_COMPILE_CACHE ??= fileURLToPath(new URL('node_modules/.cache/compiled', import.meta.url));
// The collector of esbuild, a Go program, takes half of a bundle's processor time, and does not lower its peak of 1 GB. Whoever bundles
// in a test ends esbuild after it.
process.env.GOGC ??= 'off';

/** @type {import('jest').Config} */
export default {
  testEnvironment: '<rootDir>/__tests__/node-environment.js',
  // jest leaves one core idle otherwise: half of a small machine.
  maxWorkers: '100%',
  // For what hangs: on a busy machine a process takes seconds to start, and five of them, jest's default, would be a race.
  testTimeout: 60_000,
  // A worker with all of its modules takes longer to end on a busy machine than jest's half second; one that something holds takes all.
  workerGracefulExitTimeout: 10_000,
  testMatch: ['<rootDir>/__tests__/**/*.test.ts'],
  setupFiles: ['<rootDir>/__tests__/stack-traces.ts'],
  extensionsToTreatAsEsm: ['.ts'],
  transform: { '\\.ts$': '<rootDir>/__tests__/strip-types.js' },
  modulePathIgnorePatterns: ['<rootDir>/cdktf.out', '<rootDir>/dist'],
};
