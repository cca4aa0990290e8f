import { noteSecrets } from '@anb/testing/logs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { PASSWORD } from '../api.ts';
import { untilAlive, World } from './world.ts';

/** Nobody goes through more of a page than this before they give up. */
const MOST_TABS = 60;
const PROCESSED_MS = 60_000;

let world: World;
beforeAll(async () => {
  world = await World.open();
  noteSecrets(PASSWORD);
}, 60_000);
afterAll(() => world.close());
afterEach(async () => expect(await world.leave()).toEqual([]));

/** What has the focus: its role and its name, as it is read out. */
const focused = (page: Page): Promise<string> =>
  page.evaluate(`(() => {
    const element = document.activeElement;
    const label = element.labels?.[0]?.innerText ?? element.getAttribute('aria-label') ?? element.textContent;
    return label.replace(/\\s+/g, ' ').trim();
  })()`);

/** Whether it can be seen that it has it, and it lies below nothing else. */
const isSeen = (page: Page): Promise<boolean> =>
  page.evaluate(`(() => {
    const element = document.activeElement.closest('label.file-pick') ?? document.activeElement;
    // The browser's own controls, which show it themselves.
    if (element instanceof HTMLVideoElement) return true;
    const { outlineStyle } = getComputedStyle(element);
    const { left, top, width, height } = element.getBoundingClientRect();
    const above = document.elementFromPoint(left + width / 2, top + height / 2);
    return outlineStyle !== 'none' && (element.contains(above) || above?.contains(element) === true);
  })()`);

async function tabTo(page: Page, name: RegExp): Promise<void> {
  const passed: string[] = [];
  for (let tabs = 0; tabs < MOST_TABS; tabs++) {
    await page.keyboard.press('Tab');
    const now = await focused(page);
    passed.push(now);
    expect([now, await isSeen(page)]).toEqual([now, true]);
    if (name.test(now)) return;
  }
  throw new Error(`nothing called ${name} among ${passed.join(' | ')}`);
}

async function write(page: Page, field: RegExp, text: string): Promise<void> {
  await tabTo(page, field);
  await page.keyboard.press('ControlOrMeta+A');
  await page.keyboard.type(text);
}

test('by keyboard alone somebody registers, uploads, publishes, and somebody else votes', async () => {
  const { page } = await world.person({
    viewport: { width: 1280, height: 800 },
    isMobile: false,
    hasTouch: false,
  });
  // From now on it is the test that chooses a file; asked for with the key itself it can come too late.
  page.on('filechooser', () => {});
  await page.goto(`${world.stack.url}/registrarse`);
  await write(page, /^Nombre$/, 'Sara');
  await write(page, /^Apellido$/, 'Nieto');
  await write(page, /^Ciudad$/, 'Pereira');
  await write(page, /^Correo/, 'sara@example.com');
  await write(page, /^Contraseña/, PASSWORD);
  await write(page, /^Repite/, PASSWORD);
  await tabTo(page, /^Acepto/);
  await page.keyboard.press('Space');
  await page.keyboard.press('Enter');
  await page.waitForURL(`${world.stack.url}/panel`);

  await tabTo(page, /^Subir/);
  await page.keyboard.press('Enter');
  await page.waitForURL(`${world.stack.url}/subir`);
  await page.getByRole('button', { name: 'Subir video' }).waitFor();
  await untilAlive(page);
  await tabTo(page, /^Elegir video$/);
  const chosen = page.waitForEvent('filechooser');
  await page.keyboard.press('Space');
  await (await chosen).setFiles(world.clipFile);
  await write(page, /^Título$/, 'Pase sin mirar');
  await page.keyboard.press('Enter');
  await page.getByRole('heading', { name: '¡Tu video está listo!' }).waitFor({ timeout: PROCESSED_MS });

  const videoId = new URL(page.url()).searchParams.get('video');
  const voter = await world.api.signUp({ first_name: 'Leo' });
  const { page: other } = await world.person({
    as: voter,
    viewport: { width: 1280, height: 800 },
    isMobile: false,
  });
  await other.goto(`${world.stack.url}/videos/${videoId}`);
  await other.keyboard.press('Tab');
  expect(await focused(other)).toBe('Saltar al contenido');
  await other.keyboard.press('Enter');
  await tabTo(other, /^Votar/);
  await other.keyboard.press('Enter');
  await other.getByRole('button', { name: 'Ya votaste Sara Nieto' }).waitFor();
  expect(await focused(other)).toMatch(/^Ya votaste/);
  await tabTo(other, /^Reportar/);
  await other.keyboard.press('Enter');
  await other.getByRole('dialog').waitFor();
  expect(await focused(other)).toMatch(/qué está mal/i);
  await other.keyboard.press('Escape');
  await other.getByRole('dialog').waitFor({ state: 'detached' });
  expect(await focused(other)).toMatch(/^Reportar/);
}, 120_000);
