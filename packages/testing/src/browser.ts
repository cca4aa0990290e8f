import {
  type Browser,
  type BrowserContextOptions,
  type CDPSession,
  chromium,
  devices,
  type Page,
} from 'playwright-core';
import { findChromium } from './chromium.ts';

const colombian = { locale: 'es-CO', timezoneId: 'America/Bogota' } as const;

/** What `browser.newContext` takes; others' settings go beside it: `{ ...phone, colorScheme: 'dark' }`. */
export const phone: BrowserContextOptions = { ...devices['Galaxy S24'], ...colombian };
export const desktop: BrowserContextOptions = { ...colombian, viewport: { width: 1440, height: 900 } };

/** One for a test file; each person in it is a context of their own. */
export async function openBrowser({ program, env } = findChromium()): Promise<Browser> {
  const launch = (chromiumSandbox: boolean) =>
    chromium.launch({
      executablePath: program,
      env: { ...process.env, ...env },
      chromiumSandbox,
      // What a page asks of anyone else fails, and fails at once.
      args: ['--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1, EXCLUDE localhost'],
    });
  if (process.getuid?.() === 0) return launch(false);
  try {
    return await launch(true);
  } catch (error) {
    // Ubuntu and many containers grant none; the pages are our own.
    if (String(error).includes('sandboxing failed')) return launch(false);
    throw error;
  }
}

export interface Conditions {
  /** Added to each request, as no connection is slowed down. */
  latencyMs: number;
  downloadKbps: number;
  uploadKbps: number;
  cpuSlowdown: number;
}

/** Lighthouse's slow 4G, as it is: a round trip for each request. */
export const slow4G: Conditions = { latencyMs: 150, downloadKbps: 1600, uploadKbps: 750, cpuSlowdown: 4 };

/** "Slow 4G" of Chrome's DevTools: as long for each request as connection, TLS and request take there together. */
export const devtoolsSlow4G: Conditions = {
  latencyMs: 562.5,
  downloadKbps: 1440,
  uploadKbps: 675,
  cpuSlowdown: 4,
};

/** Of several sessions the first one's conditions hold. */
const sessions = new WeakMap<Page, CDPSession>();

export async function throttle(page: Page, conditions = slow4G): Promise<void> {
  const session = sessions.get(page) ?? (await page.context().newCDPSession(page));
  sessions.set(page, session);
  await session.send('Network.enable');
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: conditions.latencyMs,
    downloadThroughput: (conditions.downloadKbps * 1000) / 8,
    uploadThroughput: (conditions.uploadKbps * 1000) / 8,
  });
  await session.send('Emulation.setCPUThrottlingRate', { rate: conditions.cpuSlowdown });
}
