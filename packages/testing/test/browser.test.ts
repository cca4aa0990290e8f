import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { axeViolations } from '../src/accessibility.ts';
import { devtoolsSlow4G, openBrowser, phone, slow4G, throttle } from '../src/browser.ts';
import { findChromium } from '../src/chromium.ts';
import { watchPage } from '../src/page-watch.ts';
import { watchVitals } from '../src/vitals.ts';
import { BUSY_MS, type Site, serveSite } from './site.ts';

const PATIENCE = { timeout: 10_000 };

let site: Site;
beforeAll(async () => {
  site = await serveSite();
});
afterAll(() => site.close());

test('says how to get a Chromium where there is none', () => {
  expect(() => findChromium('', '/nowhere')).toThrow('sudo apt-get install chromium');
});

const isForNpmOne = `${process.platform}-${process.arch}` === 'linux-x64';

describe('the browser', () => {
  let browser: Browser;
  let page: Page;
  const open = (path: string) => page.goto(site.origin + path);

  beforeAll(async () => {
    browser = await openBrowser();
  });
  beforeEach(async () => {
    page = await (await browser.newContext(phone)).newPage();
  });
  afterEach(() => page.context().close());
  afterAll(() => browser.close());

  test('plays a clip of H.264', () => playsClip(page));

  test.runIf(isForNpmOne)('plays it also when npm brought it', async () => {
    await using packed = await openBrowser(findChromium(''));
    await playsClip(await packed.newPage());
  });

  test('is in Colombia', async () => {
    const told = await page.evaluate(() => [new Date(0).getHours(), (1234.5).toLocaleString()]);
    expect(told).toEqual([19, '1.234,5']);
  });

  test.each([
    ['/good', []],
    ['/faulty', ['console Failed to load', 'console cuidado', 'page Error: roto']],
    ['/inline', ['policy Executing inline script violates']],
    ['/tracked', ['console Failed to load', 'elsewhere GET http://tracker', 'failed GET http://tracker']],
  ])('tells what is wrong with %s', async (path, expected) => {
    const troubles = watchPage(page, site);
    await open(path);
    const told = () => troubles.map(({ kind, what }) => `${kind} ${what}`).sort();
    await expect.poll(told, PATIENCE).toEqual(expected.map((part) => expect.stringContaining(part)));
  });

  test('does not tell what a test allows', async () => {
    const troubles = watchPage(page, { ...site, allow: [/gone/, /roto/] });
    await open('/faulty');
    await page.waitForLoadState('networkidle');
    expect(troubles).toEqual([{ kind: 'console', what: expect.stringContaining('cuidado') }]);
  });

  test.each([
    ['/good', []],
    ['/pale', [{ rule: 'color-contrast', target: 'p', why: expect.stringContaining('4.5:1') }]],
    ['/small', expect.arrayContaining([expect.objectContaining({ rule: 'target-size' })])],
  ])('has axe look at %s', async (path, expected) => {
    await open(path);
    expect(await axeViolations(page)).toEqual(expected);
  });

  test('measures what people wait for', async () => {
    const readVitals = await watchVitals(page);
    await open('/good');
    await open('/jumpy');
    await expect.poll(() => page.locator('h1').boundingBox(), PATIENCE).toMatchObject({ y: 300 });
    await page.locator('button').click();

    const { bytes, ...vitals } = await readVitals();
    expect(vitals.firstContentMs).toBeGreaterThan(0);
    expect(vitals.largestContentMs).toBeGreaterThanOrEqual(vitals.firstContentMs);
    expect(vitals.layoutShift).toBeGreaterThan(0.05);
    expect(vitals.interactionMs).toBeGreaterThanOrEqual(BUSY_MS);
    expect(bytes).toEqual({
      Document: expect.any(Number),
      Stylesheet: expect.any(Number),
      Script: expect.any(Number),
    });
    expect(bytes.Script).toBeGreaterThan(site.sizeOf('/jumpy.js'));
    expect(bytes.Document, 'of the last page').toBeLessThan(site.sizeOf('/jumpy') + 400);
  });

  test('slows the network and the processor down', async () => {
    const readVitals = await watchVitals(page);
    await open('/good');
    const before = await page.evaluate(work);
    await throttle(page);
    await open('/good');
    // The page, then its style.
    expect((await readVitals()).firstContentMs).toBeGreaterThan(2 * slow4G.latencyMs);
    expect(before / (await page.evaluate(work))).toBeGreaterThan(1.5);

    await throttle(page, devtoolsSlow4G);
    await open('/good');
    expect((await readVitals()).firstContentMs).toBeGreaterThan(2 * devtoolsSlow4G.latencyMs);
  });
});

interface Video {
  play: () => Promise<void>;
  currentTime: number;
}

async function playsClip(page: Page): Promise<void> {
  await page.goto(`${site.origin}/video`);
  const video = page.locator('video');
  await video.evaluate((element) => (element as unknown as Video).play());
  const shown = () => video.evaluate((element) => (element as unknown as Video).currentTime);
  await expect.poll(shown, PATIENCE).toBeGreaterThan(0.5);
}

/** How much of the same is done in a twentieth of a second, when the processor is least busy with other things. */
function work(): number {
  const rounds = [0, 0, 0, 0, 0].map((sum) => {
    for (const end = performance.now() + 50; performance.now() < end; ) sum++;
    return sum;
  });
  return Math.max(...rounds);
}
