import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { availableParallelism, loadavg } from 'node:os';
import { openBrowser, phone, slow4G, throttle } from '@anb/testing/browser';
import { type Vitals, watchVitals } from '@anb/testing/vitals';
import type { Browser } from 'playwright-core';
import { World } from '../e2e/portal/world.ts';
import { median, rounded } from './median.ts';

const VIDEOS = 6;
const VISITS = 5;
/** For what comes late: the last picture, a shift. */
const SETTLED_MS = 2500;
const BARE = '<!doctype html><html lang="es"><title>Nada</title><h1>Nada más que esto</h1></html>';

/**
 * The first visit of a phone on a slow 4G connection (Lighthouse's figures, its processor slowed down four times), with
 * nothing in its cache: milliseconds to the first content of the front page, against a page that has only a heading.
 */
export const measure = (say: (line: string) => void) => compare(say);

async function compare(say: (line: string) => void) {
  await using undo = new AsyncDisposableStack();
  const world = await World.open();
  undo.defer(() => world.close());
  say(`${VIDEOS} clips are made and published`);
  const [first = ''] = await publish(world);
  const bare = createServer((_, response) => {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(BARE);
  });
  undo.defer(() => void bare.close());
  await new Promise<void>((resolve) => bare.listen(0, '127.0.0.1', resolve));
  const browser = await openBrowser();
  undo.defer(() => browser.close());

  const { url } = world.stack;
  const addresses: Record<string, string> = {
    bare: `http://127.0.0.1:${(bare.address() as AddressInfo).port}/`,
    home: `${url}/`,
    rankings: `${url}/rankings`,
    videos: `${url}/videos`,
    video: `${url}/videos/${first}`,
    register: `${url}/registrarse`,
  };
  const visits: Record<string, Vitals[]> = {};
  for (let visit = 1; visit <= VISITS; visit++) {
    for (const [name, address] of Object.entries(addresses)) {
      visits[name] = [...(visits[name] ?? []), await visitOnce(browser, address)];
    }
    say(`visit ${visit} of ${VISITS}`);
  }
  const pages = Object.fromEntries(Object.entries(visits).map(([name, each]) => [name, middle(each)]));
  for (const [name, { bytes, ...times }] of Object.entries(pages)) {
    say(`${name}: ${JSON.stringify(times)} bytes ${JSON.stringify(bytes)}`);
  }
  const ours = pages.home?.firstContentMs ?? 0;
  const baseline = pages.bare?.firstContentMs ?? 0;
  return {
    ...{ ours, baseline, ratio: rounded(ours / baseline), unit: 'ms to the first content' },
    ...{ pages, conditions: slow4G },
    ...{ cpus: availableParallelism(), load_average: rounded(loadavg()[0] ?? 0, 1) },
  };
}

async function publish(world: World): Promise<string[]> {
  const made = await Promise.all(Array.from({ length: VIDEOS }, () => world.contender()));
  await Promise.all(made.map(({ player, videoId }) => world.api.finished(player, videoId, 120_000)));
  return made.map(({ videoId }) => videoId);
}

/** As somebody who has never been here; where there is a button to vote, they press it. */
async function visitOnce(browser: Browser, address: string): Promise<Vitals> {
  const context = await browser.newContext(phone);
  const page = await context.newPage();
  const read = await watchVitals(page);
  await throttle(page, slow4G);
  await page.goto(address, { waitUntil: 'load' });
  await page.waitForTimeout(SETTLED_MS);
  const vote = page.getByRole('button', { name: /^Votar/ }).first();
  if ((await vote.count()) > 0) {
    await vote.click();
    await page.getByRole('dialog').waitFor();
  }
  const vitals = await read();
  await context.close();
  return vitals;
}

function middle(visits: readonly Vitals[]): Vitals {
  const of = (value: (vitals: Vitals) => number) => rounded(median(visits.map(value)), 3);
  const [{ bytes = {} } = {}] = visits;
  return {
    firstContentMs: Math.round(of(({ firstContentMs }) => firstContentMs)),
    largestContentMs: Math.round(of(({ largestContentMs }) => largestContentMs)),
    layoutShift: of(({ layoutShift }) => layoutShift),
    interactionMs: of(({ interactionMs }) => interactionMs),
    bytes,
  };
}
