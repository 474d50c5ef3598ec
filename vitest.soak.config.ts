// The soak test, apart from `npm test` because it takes as long as it is told: `npm run soak -- --minutes N`.

import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  test: {
    name: 'soak',
    include: ['test/soak/**/*.test.ts'],
    environment: 'node',
    setupFiles: ['test/support/interop/end-children.ts'],
    testTimeout: (Number(process.env.SOAK_MINUTES ?? 3) + 5) * MINUTE,
    hookTimeout: MINUTE,
  },
});
