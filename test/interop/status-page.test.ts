// The status page in a real browser, at the width of a phone and of a desk, with and without scripts.

import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, expect, it } from 'vitest';
import { ProxyUnderTest } from '../support/proxy.ts';
import { describeWith } from '../support/requirements.ts';

const PHONE = { width: 360, height: 740 };
const DESK = { width: 1280, height: 900 };
const SEEN_MS = 20_000;
/** Of every element that is wider than the window and is not in a box of its own that scrolls, the beginning. */
const STICKING_OUT = `[...document.querySelectorAll('body *')]
  .filter((one) => one.getBoundingClientRect().right > innerWidth)
  .filter((one) => getComputedStyle(one.parentElement.closest('.scroll') ?? document.body).overflowX !== 'auto')
  .map((one) => one.outerHTML.slice(0, 200))`;
/** Set it to keep the pictures, as for the README: STATUS_PICTURES=docs/pictures. */
const pictures = process.env.STATUS_PICTURES;

describeWith(['chromium'], 'the status page in Chromium', () => {
  let browser: Browser;
  let proxy: ProxyUnderTest;

  beforeAll(async () => {
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', args: ['--no-sandbox'] });
  });

  afterAll(async () => {
    await browser?.close();
  });

  beforeEach(async () => {
    proxy = await ProxyUnderTest.start();
  });

  /** The page, with everything that the browser complained about or asked for. */
  async function open(options: BrowserContextOptions = {}) {
    const { http } = proxy.daemon;
    if (http === undefined) throw new Error('the HTTP port is closed');
    const page = await browser.newPage(options);
    const complaints: string[] = [];
    const requests: string[] = [];
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => requests.push(new URL(request.url()).host));
    await page.goto(`http://${http.host}:${http.port}/`);
    return { page, complaints, requests, host: `${http.host}:${http.port}` };
  }

  async function takePicture(page: Page, name: string): Promise<void> {
    const picture = await page.screenshot({ fullPage: true });
    expect(picture.length).toBeGreaterThan(10_000);
    if (pictures === undefined) return;
    await mkdir(pictures, { recursive: true });
    await page.screenshot({ fullPage: true, path: join(pictures, `${name}.png`) });
  }

  it.each([
    ['phone', PHONE],
    ['desk', DESK],
  ])('fits a %s, loads nothing from elsewhere and breaks no policy', async (name, viewport) => {
    const [first, second] = await proxy.stream();
    for (let left = 100; left > 0; left--) first.write(Buffer.alloc(64 * 1024));
    second.resume();
    await proxy.peer(proxy.transfer());
    await expect.poll(() => proxy.metric('streamhost_streams_active'), { timeout: SEEN_MS }).toBe(1);

    const { page, complaints, requests, host } = await open({ viewport });
    await page.locator('td.jid').first().waitFor();
    expect(complaints).toEqual([]);
    expect(new Set(requests)).toEqual(new Set([host]));
    expect(await page.evaluate(STICKING_OUT)).toEqual([]);
    await takePicture(page, `status-${name}`);
    await page.context().close();
  });

  it('shows new numbers by itself', async () => {
    const { page } = await open();
    const streams = page.locator('.figures dd').first();
    expect(await streams.textContent()).toBe('0');
    await proxy.stream();
    await expect.poll(() => streams.textContent(), { timeout: SEEN_MS }).toBe('1');
    expect(await page.title()).toContain('1 streams');
    await page.context().close();
  });

  it('has all its numbers without scripts', async () => {
    await proxy.stream();
    const { page } = await open({ javaScriptEnabled: false });
    expect(await page.locator('.figures dd').first().textContent()).toBe('1');
    expect(await page.locator('meter').count()).toBeGreaterThan(2);
    expect(await page.locator('td.jid').first().textContent()).toMatch(/^jid:/);
    await page.context().close();
  });
});
