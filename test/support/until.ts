// Waiting for something that can only be asked about.

/** Asks until the answer is the expected one; the test's own timeout bounds it. */
export async function until<T>(ask: () => Promise<T>, expected: T): Promise<void> {
  while ((await ask()) !== expected) await new Promise((resolve) => setImmediate(resolve));
}
