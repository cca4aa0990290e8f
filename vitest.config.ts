import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: './packages/testing/src/global-setup.ts',
    include: [
      '{packages,services}/*/test/**/*.test.ts',
      'stack/test/**/*.test.ts',
      'e2e/*.test.ts',
      'k8s/**/*.test.ts',
      'observability/test/*.test.ts',
    ],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 90_000,
    restoreMocks: true,
    // For .ci/run, which counts.
    reporters: process.env.TEST_REPORT
      ? ['default', ['json', { outputFile: process.env.TEST_REPORT }]]
      : ['default'],
  },
});
