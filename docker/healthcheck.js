// The image's HEALTHCHECK: exits 0 when /healthz answers 200, 1 when not. No curl in the image, so Node.js asks.

// A daemon whose http.port or http.host comes from a file needs the variable, too, for this check to find it.
const port = process.env.STREAMHOST_HTTP_PORT ?? '9565';
const listened = process.env.STREAMHOST_HTTP_HOST ?? '0.0.0.0';
const wildcards = new Map([
  ['0.0.0.0', '127.0.0.1'],
  ['::', '[::1]'],
]);
const host = wildcards.get(listened) ?? (listened.includes(':') ? `[${listened}]` : listened);

const url = `http://${host}:${port}/healthz`;

try {
  const response = await fetch(url, { signal: AbortSignal.timeout(4000) });
  if (!response.ok) throw new Error(`answered ${response.status}, expected 200`);
} catch (error) {
  // fetch says only that it failed; its cause says why.
  console.error(`${url}: ${error.cause?.message ?? error.message}`);
  process.exitCode = 1;
}
