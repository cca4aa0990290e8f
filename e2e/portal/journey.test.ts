import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import { axeViolations } from '@anb/testing/accessibility';
import { noteSecrets } from '@anb/testing/logs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, type TestPlayer } from '../api.ts';
import { makeOrganiser } from './organiser.ts';
import { World } from './world.ts';

/** Of parts of 8 MiB: three. */
const LARGE = 20_000_000;
const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/];
const PROCESSED_MS = 60_000;

/** As much of it as is needed: these tests know no DOM. */
interface Video {
  currentTime: number;
  play: () => Promise<void>;
}

let world: World;
let largeFile: string;
/** Of Mateo, in Cali. */
let videoId: string;
let mateo: TestPlayer;
const url = (path: string) => world.stack.url + path;

beforeAll(async () => {
  world = await World.open();
  largeFile = join(world.dataDir, 'mi-mejor-jugada.mp4');
  await writeFile(largeFile, await padded(await readFile(world.clipFile), LARGE));
  noteSecrets(PASSWORD);
  const details = { first_name: 'Mateo', city: 'Cali' };
  ({ videoId, player: mateo } = await world.contender(details, 'Triple sobre la bocina'));
  await world.api.finished(mateo, videoId, PROCESSED_MS);
}, 120_000);
afterAll(() => world.close());
afterEach(async () => expect(await world.leave()).toEqual([]));

/** With a box at its end that players pass over: as large as phones' clips are, and as quick to transcode as it was. */
async function padded(clip: Buffer, size: number): Promise<Buffer> {
  const box = Buffer.alloc(size - clip.length);
  box.writeUInt32BE(box.length, 0);
  box.write('free', 4, 'latin1');
  return Buffer.concat([clip, box]);
}

async function fillAccount(page: Page, { email, city }: { email: string; city: string }): Promise<void> {
  await page.getByLabel('Nombre', { exact: true }).fill('Valentina');
  await page.getByLabel('Apellido').fill('Ríos');
  await page.getByLabel('Ciudad').fill(city);
  await page.getByLabel('Correo electrónico').fill(email);
  for (const field of await page.getByLabel(/contraseña$/i).all()) {
    if ((await field.getAttribute('type')) === 'password') await field.fill(PASSWORD);
  }
  await page.getByLabel(/^Acepto los/).check();
}

describe('a newcomer', () => {
  test('registers, uploads a clip through a lost network and a closed tab, and publishes it', async () => {
    const person = await world.person({ allow: OFFLINE });
    const { context } = person;
    let { page } = person;
    await page.goto(url('/'));
    await page.getByRole('link', { name: 'Comenzar ahora' }).click();
    await page.getByRole('link', { name: 'Entrar' }).click();
    await page.getByRole('link', { name: 'Crear cuenta' }).click();
    await fillAccount(page, { email: 'valentina@example.com', city: 'Cali' });
    await page.getByRole('button', { name: 'Crear cuenta' }).click();
    await page.waitForURL(url('/subir'));
    await page.getByText('Te enviamos un código a valentina@example.com').waitFor();

    await page.locator('#archivo input[type="file"]').first().setInputFiles(largeFile);
    await page.getByLabel('Título').fill('Bandeja con la izquierda');
    await page.getByLabel(/^Privado/).check();
    const firstPart = page.waitForResponse(
      (answer) => answer.url().endsWith('/parts/1') && answer.status() === 204,
    );
    await page.route('**/_store/**partNumber=3**', (route) => route.abort('internetdisconnected'));
    await page.getByRole('button', { name: 'Subir video' }).click();
    await firstPart;
    await context.setOffline(true);
    await page.getByRole('heading', { name: 'Sin conexión' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
    await page.close();
    await context.setOffline(false);

    page = await world.anotherPage(person);
    await page.goto(url('/panel'));
    await page.getByRole('link', { name: 'Continuar' }).click();
    const sent: string[] = [];
    page.on('request', (request) => {
      const part = /partNumber=(\d+)/.exec(request.url())?.[1];
      if (part && request.method() === 'PUT') sent.push(part);
    });
    await page.locator('input[type="file"]').first().setInputFiles(largeFile);
    await page.getByRole('heading', { name: '¡Tu video está listo!' }).waitFor({ timeout: PROCESSED_MS });
    expect(sent).not.toContain('1');
    expect(sent).toContain('3');
    await page.getByRole('button', { name: 'Publicar' }).click();
    await page.getByText('Ya está en votación').waitFor();
    const shared = await page.getByRole('link', { name: /WhatsApp/ }).getAttribute('href');
    expect(decodeURIComponent(shared ?? '')).toMatch(/\/videos\/[\da-f-]{36}$/);
  }, 120_000);
});

describe('a player', () => {
  test('is voted for by who comes from a shared link, and everybody sees it at once', async () => {
    const watcher = await world.person();
    await watcher.page.goto(url('/rankings?ciudad=Cali'));
    const votes = watcher.page.getByRole('listitem').filter({ hasText: 'Mateo Ríos' }).locator('.votes b');
    expect(await votes.innerText()).toBe('0');

    const { page } = await world.person();
    await page.goto(url(`/videos/${videoId}`));
    const video = page.locator('video');
    await video.evaluate((element) => Object.assign(element as unknown as Video, { muted: true }).play());
    await expect
      .poll(() => video.evaluate((element) => (element as unknown as Video).currentTime), { timeout: 15_000 })
      .toBeGreaterThan(0.3);

    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    const dialog = page.getByRole('dialog');
    expect(await axeViolations(page)).toEqual([]);
    await dialog
      .getByRole('tab', { name: 'Crear cuenta' })
      .or(dialog.getByRole('button', { name: 'Crear cuenta' }))
      .first()
      .click();
    await fillAccount(page, { email: 'camila@example.com', city: 'Bogotá' });
    await dialog.getByRole('button', { name: 'Crear cuenta' }).last().click();
    await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
    expect(await page.locator('.vote-panel .votes b').innerText()).toBe('1');
    await expect.poll(() => votes.innerText(), { timeout: 5000 }).toBe('1');

    await page.reload();
    await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).click({ force: true });
    expect(await page.locator('.vote-panel .votes b').innerText()).toBe('1');
  }, 60_000);

  test('can be voted for where the link lost a file', async () => {
    const { page } = await world.person({ allow: OFFLINE });
    let isLossy = true;
    await page.route('**/assets/vote-button-*.js', (route) =>
      isLossy ? route.abort('failed') : route.continue(),
    );
    await page.goto(url(`/videos/${videoId}`), { waitUntil: 'networkidle' });
    isLossy = false;
    await page.waitForResponse('**/assets/vote-button-*.js');
    await page.waitForLoadState('networkidle');
    await page.route('**/assets/sign-in-dialog-*.js', (route) => route.abort('failed'), { times: 1 });
    const vote = page.getByRole('button', { name: 'Votar Mateo Ríos' });
    await vote.click();
    await page.getByText('Parece que no tienes conexión.').waitFor();
    await vote.click();
    await page.getByRole('dialog', { name: 'Crea tu cuenta y vota' }).waitFor();
  });

  test('sees on the panel where they stand, and can not vote for themselves', async () => {
    const { page } = await world.person({ as: mateo });
    await page.goto(url('/panel'));
    await page.getByText('1 de 3.000 votos').waitFor();
    await page.goto(url(`/videos/${videoId}`));
    await page.getByRole('button', { name: 'Es tu video Mateo Ríos' }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  test('is found by the city', async () => {
    const { page } = await world.person();
    await page.goto(url('/videos'));
    await page.getByLabel('Ciudad').selectOption('Medellín');
    await page.getByRole('button', { name: 'Buscar' }).click();
    await page.getByText('No hay videos así.').waitFor();
    await page.goBack();
    await page.getByLabel('Ciudad').selectOption('Cali');
    await page.getByRole('button', { name: 'Buscar' }).click();
    await page.getByRole('link', { name: 'Triple sobre la bocina' }).click();
    await page.waitForURL(url(`/videos/${videoId}`));
  });

  test('whose session ends in the middle of a vote signs in again, and the vote goes on', async () => {
    const voter = await world.api.signUp();
    const { page } = await world.person({ as: voter, allow: [/401/] });
    await page.goto(url(`/videos/${videoId}`));
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).waitFor();
    expect((await world.api.as(voter, 'POST', '/api/auth/logout-all')).status).toBe(200);
    const status = async () => (await world.api.as(voter, 'GET', '/api/user/votes')).status;
    await expect.poll(status, { timeout: 10_000 }).toBe(401);
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    const dialog = page.getByRole('dialog');
    await dialog.getByText('Tu sesión terminó').waitFor();
    await dialog.getByLabel('Correo electrónico').fill(voter.email);
    await dialog.getByLabel('Contraseña').fill(PASSWORD);
    await dialog.getByRole('button', { name: 'Entrar' }).last().click();
    await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
    expect(await page.locator('.vote-panel .votes b').innerText()).toBe('2');
  }, 60_000);

  test('an organiser hides it: nobody finds it any more', async () => {
    const organiser = await makeOrganiser(world);
    const { page } = await world.person({ as: organiser, role: 'organiser', ...{ allow: [/404/] } });
    await page.goto(url('/organizacion/reportes'));
    await page.getByLabel('Abrir un video').fill(url(`/videos/${videoId}`));
    await page.getByRole('button', { name: 'Abrir' }).click();
    await page.getByRole('button', { name: 'Ocultar' }).first().click();
    const dialog = page.getByRole('dialog', { name: '¿Ocultar este video?' });
    expect(await axeViolations(page)).toEqual([]);
    await dialog.getByRole('button', { name: 'Ocultar' }).click();
    await page.getByText('está oculto.').first().waitFor();
    expect((await page.goto(url(`/videos/${videoId}`)))?.status()).toBe(404);
  }, 60_000);
});

test('an organiser tries a failed video again', async () => {
  const path = join(world.dataDir, 'corto.mp4');
  await makeClip(findFfmpeg().ffmpeg, 'small', path, { seconds: 0.2 });
  const player = await world.api.signUp({ first_name: 'Corto' });
  const videoId = await world.api.upload(player, new Uint8Array(await readFile(path)), {
    title: 'Muy corto',
  });
  expect(await world.api.finished(player, videoId)).toMatchObject({ status: 'failed' });

  const organiser = await makeOrganiser(world);
  const { page } = await world.person({ as: organiser, role: 'organiser' });
  await page.goto(url('/organizacion/trabajos?estado=fallidos'));
  const row = page.getByRole('row').filter({ hasText: 'Muy corto' });
  await row.waitFor();
  expect(await axeViolations(page)).toEqual([]);
  await row.getByRole('button', { name: /^Reintentar/ }).click();
  await page.getByText('está otra vez en cola.').waitFor();
  const { body } = await world.api.as(organiser, 'GET', '/api/admin/jobs');
  const job = body.find(({ video_id }: { video_id: string }) => video_id === videoId);
  expect(job.queued_at > job.uploaded_at).toBe(true);
}, 60_000);
