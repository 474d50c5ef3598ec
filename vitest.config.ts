import { defineConfig } from 'vitest/config';

/** One project a kind of test; `npm test` runs them all, `vitest run --project unit` one of them. */
const kinds = {
  unit: { testTimeout: 20_000 },
  contract: { testTimeout: 60_000 },
  flow: { testTimeout: 60_000 },
  interop: {
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    setupFiles: ['test/support/interop/end-children.ts'],
  },
  faults: {
    testTimeout: 300_000,
    hookTimeout: 120_000,
    fileParallelism: false,
    setupFiles: ['test/support/interop/end-children.ts'],
  },
};

export default defineConfig({
  test: {
    projects: Object.entries(kinds).map(([name, options]) => ({
      test: { name, include: [`test/${name}/**/*.test.ts`], environment: 'node', ...options },
    })),
  },
});
