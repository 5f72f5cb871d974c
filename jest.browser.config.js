import config from './jest.config.js';

/** The tests in a real browser: a step of their own, as they take a Chromium and a while. */
export default {
  ...config,
  testMatch: ['<rootDir>/__tests__/browser/**/*.browser.ts'],
  // Each has a browser and processes of its own.
  maxWorkers: 1,
};
