import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { axeViolations } from '@anb/testing/accessibility';
import { noteSecrets } from '@anb/testing/logs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, type TestPlayer } from '../api.ts';
import { World } from './world.ts';

const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/, /ERR_NETWORK_CHANGED/];

let world: World;
let videoId: string;
let newcomer: TestPlayer;
const url = (path: string) => world.stack.url + path;

beforeAll(async () => {
  world = await World.open({ VOTE_NEEDS_VERIFIED_EMAIL: 'true' });
  noteSecrets(PASSWORD);
  const made = await world.contender({ first_name: 'Mateo', city: 'Cali' }, 'Triple sobre la bocina');
  videoId = made.videoId;
  await world.api.finished(made.player, videoId);
  newcomer = await world.api.signUp({ first_name: 'Nadia' });
}, 120_000);
afterAll(() => world.close());
afterEach(async () => expect(await world.leave()).toEqual([]));

/** The code in the latest mail to an address. */
async function codeFor(email: string): Promise<string> {
  const folder = join(world.dataDir, 'mails');
  const mails = () =>
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .filter((mail) => mail.includes(email));
  const code = () =>
    mails()
      .map((mail) => /^ {4}(\d{6})\r?$/m.exec(mail)?.[1])
      .findLast(Boolean) ?? '';
  await expect.poll(code, { timeout: 15_000 }).not.toBe('');
  noteSecrets(code());
  return code();
}

const clean = async (page: Page) => expect(await axeViolations(page)).toEqual([]);

test('a vote asks for an account and for the code that was mailed, and then counts', async () => {
  const { page } = await world.person({ allow: [/400/] });
  await page.goto(url(`/videos/${videoId}`));
  await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Nombre', { exact: true }).fill('Marta');
  await dialog.getByLabel('Apellido').fill('Gil');
  await dialog.getByLabel('Ciudad').fill('Tunja');
  await dialog.getByLabel('Correo electrónico').fill('marta@example.com');
  await dialog.getByLabel('Contraseña', { exact: true }).fill(PASSWORD);
  await dialog.getByLabel(/^Acepto/).check();
  await dialog.getByLabel(/^Acepto/).press('Enter');
  // With its sixth digit a code is sent.
  const code = page.getByLabel('Código de seis dígitos');
  const sent = await codeFor('marta@example.com');
  await code.fill(sent === '000000' ? '111111' : '000000');
  await page.getByText('Ese no es el código').waitFor();
  await clean(page);
  await code.fill(sent);
  await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
  expect(await page.locator('.vote-panel .votes b').innerText()).toBe('1');
}, 60_000);

describe('the panel', () => {
  test('of a newcomer invites', async () => {
    const { page } = await world.person({ as: newcomer });
    await page.goto(url('/panel'));
    await page.getByRole('link', { name: 'Subir mi primer video' }).waitFor();
    await clean(page);
  });

  test('says that it loads, then that it could not, and tries again', async () => {
    const { page } = await world.person({ as: newcomer, allow: [/503/, /ERR_FAILED/] });
    let isAway = true;
    await page.route('**/api/videos', async (route) => {
      if (!isAway) return route.continue();
      await new Promise((resolve) => setTimeout(resolve, 500));
      await route.abort('failed');
    });
    await page.goto(url('/panel'));
    await page.getByRole('status', { name: 'Cargando tus videos' }).waitFor();
    await clean(page);
    await page.getByText('No pudimos cargar tus videos.').waitFor();
    await clean(page);
    isAway = false;
    await page.getByRole('button', { name: 'Reintentar' }).first().click();
    await page.getByRole('link', { name: 'Subir mi primer video' }).waitFor();
  });

  test('of a session that has ended asks to sign in, and says so to who would not', async () => {
    const player = await world.api.signUp();
    const { page, context } = await world.person({ as: player, allow: [/401/] });
    await context.clearCookies();
    await page.goto(url('/panel'));
    await page.getByRole('dialog').getByText('Tu sesión terminó').waitFor();
    await clean(page);
    await page.keyboard.press('Escape');
    await page.getByText('Entra a tu cuenta para ver tus videos.').waitFor();
    await clean(page);
  });
});

test('a link that the browser does not let a page copy is there to be copied by hand', async () => {
  const { page } = await world.person();
  await page.addInitScript("Object.defineProperty(navigator, 'clipboard', { value: undefined })");
  await page.goto(url(`/videos/${videoId}`));
  await page.waitForLoadState('networkidle');
  await page.getByRole('button', { name: 'Copiar enlace' }).click();
  const link = page.getByLabel('Copia el enlace de aquí');
  expect(await link.inputValue()).toBe(url(`/videos/${videoId}`));
  expect(await page.evaluate('String(getSelection())')).toBe(url(`/videos/${videoId}`));
  await clean(page);
});

test('whoever comes to upload is told before that it takes an account, and comes back with one', async () => {
  const { page } = await world.person();
  await page.goto(url('/subir'));
  await page.waitForLoadState('networkidle');
  await page.getByText('Necesitas una cuenta').waitFor();
  await page.getByRole('link', { name: 'créala gratis' }).click();
  await page.waitForURL(url('/registrarse?destino=%2Fsubir'));

  const { page: own } = await world.person({ as: newcomer });
  await own.goto(url('/subir'));
  await own.getByText('Se sube a tu cuenta').waitFor();
  expect(await own.getByText('Necesitas una cuenta').isVisible()).toBe(false);
});

describe('without a network', () => {
  test('a vote says so, and counts when it is back', async () => {
    const { page, context } = await world.person({ as: newcomer, allow: [...OFFLINE, /400/] });
    await page.goto(url(`/videos/${videoId}`));
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).waitFor();
    await context.setOffline(true);
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    await page.getByText('Parece que no tienes conexión.').waitFor();
    await clean(page);
    await context.setOffline(false);
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    await page.getByLabel('Código de seis dígitos').fill(await codeFor(newcomer.email));
    await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
  }, 60_000);

  test('the ranking does not say that it is live, until it is again', async () => {
    const { page } = await world.person({ allow: [/502|503|ERR_/] });
    await page.goto(url('/rankings'));
    await page.getByText('Actualizado en tiempo real').waitFor();
    // Its streams end with it; the stack starts it again.
    process.kill(world.stack.pidOf('votes'), 'SIGKILL');
    await page.getByText('Sin conexión en vivo').waitFor();
    await clean(page);
    await page.getByText('Actualizado en tiempo real').waitFor({ timeout: 30_000 });
  }, 60_000);
});

test('while a service hangs pages say that it takes a moment, and then they are back', async () => {
  const { page } = await world.person({ allow: [/503/] });
  await expect
    .poll(async () => (await world.api.send('GET', '/rankings')).status, { timeout: 15_000 })
    .toBe(200);
  const votes = world.stack.pidOf('votes');
  process.kill(votes, 'SIGSTOP');
  try {
    const visit = async () => {
      const answer = await page.goto(url('/rankings'));
      return [answer?.status(), answer?.headers()['retry-after']];
    };
    // Not what is still fresh.
    await expect.poll(visit, { timeout: 15_000, interval: 500 }).toEqual([503, '2']);
    await page.getByRole('heading', { name: 'Tiempo fuera' }).waitFor();
    await clean(page);
  } finally {
    process.kill(votes, 'SIGCONT');
  }
  await page.getByRole('link', { name: 'Ir al inicio' }).click();
  await page.getByRole('heading', { name: 'Treinta segundos' }).waitFor();
}, 60_000);
