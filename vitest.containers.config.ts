// The container tests, apart from `npm test` because they need a Docker engine and build images: `npm run test:containers`.

import { defineConfig } from 'vitest/config';

const MINUTE = 60_000;

export default defineConfig({
  test: {
    name: 'containers',
    include: ['test/containers/**/*.test.ts'],
    environment: 'node',
    // Ryuk, which clears up after testcontainers, is an image that would have to be pulled; the tests remove
    // what they start, and so run without a container registry as long as the base images are there.
    //
    // The compose file publishes on the loopback only. On a machine that is itself a container (/.dockerenv)
    // testcontainers would look for those ports at the bridge's gateway.
    env: {
      TESTCONTAINERS_RYUK_DISABLED: 'true',
      TESTCONTAINERS_HOST_OVERRIDE: process.env.TESTCONTAINERS_HOST_OVERRIDE ?? '127.0.0.1',
    },
    // They build the same images, and a machine that runs them is busy with one at a time.
    fileParallelism: false,
    testTimeout: 2 * MINUTE,
    hookTimeout: 15 * MINUTE, // the first build fetches packages
  },
});
