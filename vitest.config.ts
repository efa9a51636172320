import { defineConfig } from 'vitest/config';

/*
 * `npm test` runs `unit` and `contract`. Suites that need real servers ask `test/servers/availability.ts` what this
 * machine has: they skip with a printed reason where one is missing, and fail instead where HOMEOSTAT_CI=1.
 * `npm run test:e2e` injects faults into a real Docker cluster, one file at a time.
 */
const sequential = { fileParallelism: false, hookTimeout: 180_000 };

export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          include: ['test/**/*.test.{ts,tsx}'],
          exclude: ['test/contract/**', 'test/e2e/**', 'test/bugs/**'],
          testTimeout: 60_000,
        },
      },
      { test: { name: 'contract', include: ['test/contract/**/*.test.ts'], testTimeout: 60_000, ...sequential } },
      { test: { name: 'e2e', include: ['test/e2e/**/*.test.ts'], testTimeout: 300_000, ...sequential } },
    ],
  },
});
