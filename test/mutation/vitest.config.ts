import { defineConfig } from 'vitest/config';

/**
 * The quick tests of the guard, the lease and the journal: what must notice a mutant. The property tests draw hundreds
 * of situations each, a hundred times the work of the rest; a mutant that only they notice wants a test by name.
 */
export default defineConfig({
  test: {
    root: import.meta.dirname.replace(/\/test\/mutation$/, ''),
    include: ['test/agent/guard/**/*.test.ts', 'test/agent/knowledge/**/*.test.ts', 'test/cli/audit-erase.test.ts'],
    exclude: ['test/agent/guard/properties.test.ts'],
    isolate: false,
    testTimeout: 60_000,
  },
});
