import { axeViolations } from '@anb/testing/accessibility';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from 'vitest';
import type { TestPlayer } from '../api.ts';
import { makeOrganiser } from './organiser.ts';
import { portalPages } from './pages.ts';
import { weigh } from './weight.ts';
import { expectNoBarrier, type PersonOptions, untilAlive, World } from './world.ts';

let world: World;
let videoId: string;
const people = {} as Record<'player' | 'organiser', TestPlayer>;
/** As hostile as the API lets names and titles be. */
const FIRST_NAME = '<b>Ana</b> "&\'';
const TITLE = '</title><script>alert(1)</script> <img src=x onerror=alert(2)> \u200f🏀'
  .padEnd(100, ' ñ')
  .trim();

beforeAll(async () => {
  world = await World.open();
  const [{ videoId: hostile, player }, { videoId: other }] = await Promise.all([
    world.contender({ first_name: FIRST_NAME, city: 'Bogotá' }, TITLE),
    world.contender({ first_name: 'Beto', city: 'Cali' }, 'Triple desde el logo'),
  ]);
  videoId = hostile;
  people.player = player;
  people.organiser = await makeOrganiser(world);
  await Promise.all([world.api.finished(player, hostile)]);
  await vi.waitFor(
    async () => {
      const { body } = await world.api.send('GET', '/api/public/rankings');
      expect(body.map(({ video_id }: { video_id: string }) => video_id).sort()).toEqual(
        [hostile, other].sort(),
      );
    },
    { timeout: 30_000, interval: 200 },
  );
}, 120_000);
afterAll(() => world.close());
afterEach(async () => expect(await world.leave()).toEqual([]));

const names = portalPages('').map(({ name }) => name);
const pageOf = (name: string) =>
  portalPages(videoId).find((page) => page.name === name) ?? { path: '/', as: undefined };
const pathOf = (name: string) => pageOf(name).path;
const publicNames = portalPages('').flatMap(({ name, as }) => (as ? [] : [name]));

/** Opens it as who can see it, and waits for what it asks for. */
async function show(name: string, options: PersonOptions = {}): Promise<Page> {
  const { path, as } = pageOf(name);
  const { page } = await world.person({ ...options, ...(as && { as: people[as], role: as }) });
  await page.goto(world.stack.url + path);
  // Two of its components wait for ever.
  const waiting = name === 'components' ? 2 : 0;
  await expect.poll(() => page.locator('main [aria-busy="true"]').count(), { timeout: 15_000 }).toBe(waiting);
  return page;
}

test.each(names)('%s has no barrier', async (name) => expectNoBarrier(await show(name)));

/** Before any of the page's scripts. */
const NOTE_RENDERED = `document.addEventListener('readystatechange', () => {
  window.rendered ??= [...document.querySelectorAll('[data-island] *')];
})`;
/** `__k` are the children of a place or a node in it, `__e` is a node's element. */
const LOST = `(() => {
  const shown = new Set();
  const note = (node) => {
    if (!node) return;
    shown.add(node.__e);
    if (Array.isArray(node.__k)) node.__k.forEach(note);
  };
  for (const place of document.querySelectorAll('[data-island]')) note(place.__k);
  return rendered.flatMap((element) => (shown.has(element) ? [] : [element.outerHTML]));
})()`;

// What hydrates other than it was rendered is made anew, and loses the focus and what was typed.
test.each([...publicNames, 'upload'])('%s stays as it was rendered when it comes to life', async (name) => {
  const { page } = await world.person();
  await page.addInitScript(NOTE_RENDERED);
  await page.goto(world.stack.url + pathOf(name));
  await untilAlive(page);
  expect(await page.evaluate(LOST)).toEqual([]);
});

describe('weighs little', () => {
  const KILOBYTE = 1000;
  const weights = () => weigh();

  test('in its style', () => expect(weights().style).toBeLessThanOrEqual(15 * KILOBYTE));

  // Everybody may open the page to upload, too.
  test.each([...publicNames, 'upload'])('in the scripts that %s can ever load', async (name) => {
    const { body } = await world.api.send('GET', pathOf(name));
    const islands = [...body.matchAll(/data-island="([\w-]+)"/g)].map(([, island]) => island);
    expect(weights().scripts([...new Set(islands)])).toBeLessThanOrEqual(40 * KILOBYTE);
  });
});

describe('without JavaScript', () => {
  const open = async (path: string) => {
    const { page } = await world.person({ javaScriptEnabled: false });
    await page.goto(world.stack.url + path);
    return page;
  };

  test('the ranking can be read', async () => {
    const page = await open('/rankings?ciudad=Cali');
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/Cali/i);
    const rows = page.getByRole('list', { name: 'Ranking' }).getByRole('listitem');
    expect(await rows.count()).toBe(1);
    expect(await rows.first().innerText()).toContain('Beto Ríos');
  });

  test('a video can be watched, and leads to WhatsApp', async () => {
    const page = await open(`/videos/${videoId}`);
    expect(await page.locator('video').getAttribute('src')).toContain(`/media/${videoId}/`);
    const link = await page.getByRole('link', { name: 'WhatsApp' }).getAttribute('href');
    expect(decodeURIComponent(link ?? '')).toContain(`${world.stack.url}/videos/${videoId}`);
    expect(await page.getByRole('button', { name: 'Votar' }).isVisible()).toBe(false);
  });

  test('videos can be searched', async () => {
    const page = await open('/videos');
    await page.getByLabel('Nombre o título').fill('triple');
    await page.getByRole('button', { name: 'Buscar' }).click();
    expect(new URL(page.url()).searchParams.get('q')).toBe('triple');
    expect(await page.getByRole('article').count()).toBe(1);
    await page.goBack();
    expect(await page.getByRole('article').count()).toBe(2);
  });
});

describe('what players write', () => {
  /** To oneself one's own name is not told. */
  const isOwn = (name: string) => pageOf(name).as === 'player';

  test.each(['home', 'videos', 'video', 'rankings', 'dashboard', 'profile', 'organisers-jobs'])(
    'is text on %s',
    async (name) => {
      const page = await show(name);
      const text = (await page.getByRole('main').innerText()).toLowerCase();
      const written = isOwn(name) ? TITLE : `${FIRST_NAME} Ríos`;
      expect(text).toContain(written.toLowerCase());
      expect(await page.locator('main b', { hasText: /^Ana$/ }).count()).toBe(0);
      expect(await page.locator('img[src="x"], main script').count()).toBe(0);
    },
  );

  test('is text in what chats preview', async () => {
    const { page } = await world.person();
    await page.goto(`${world.stack.url}/videos/${videoId}`);
    const content = (property: string) =>
      page.locator(`meta[property="${property}"]`).getAttribute('content');
    expect(await content('og:title')).toBe(`${TITLE} · ${FIRST_NAME} Ríos`);
    expect(await content('og:url')).toBe(`${world.stack.url}/videos/${videoId}`);
    expect(await content('og:image')).toMatch(
      new RegExp(`^${world.stack.url}/media/${videoId}/[^/]+/poster.jpg$`),
    );
    expect(await page.title()).toContain(TITLE);
  });
});

test('what is not there says so, as a page to people and as JSON to programs', async () => {
  const { page } = await world.person({ allow: [/404/] });
  for (const path of [
    '/nada',
    '/videos/7',
    '/videos/00000000-0000-4000-8000-000000000000',
    '/rankings?pagina=x',
  ]) {
    const answer = await page.goto(world.stack.url + path);
    expect([path, answer?.status()]).toEqual([path, 404]);
    expect(await page.getByRole('heading', { level: 1 }).innerText()).toMatch(/Balón fuera/i);
    expect(await axeViolations(page)).toEqual([]);
  }
  const { status, body } = await world.api.send('GET', '/api/nada');
  expect([status, body.code]).toEqual([404, 'not_found']);
});
