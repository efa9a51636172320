import { defineConfig } from 'vitest/config';

/** The quick tests of the guard, the lease and the journal: what must notice a mutant. */
export default defineConfig({
  test: {
    root: import.meta.dirname.replace(/\/test\/mutation$/, ''),
    include: ['test/agent/guard/**/*.test.ts', 'test/agent/knowledge/**/*.test.ts'],
    testTimeout: 60_000,
  },
});
