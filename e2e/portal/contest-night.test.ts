import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { axeViolations } from '@anb/testing/accessibility';
import type { Page } from 'playwright-core';
import postgres from 'postgres';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { TestPlayer } from '../api.ts';
import { makeOrganiser } from './organiser.ts';
import { expectNoBarrier, World } from './world.ts';

const TITLE = '<i>Triple</i> \u200f🏀 desde el logo';
const WHY = 'Tres cuentas de un mismo computador.';
let world: World;
let organiser: TestPlayer;
/** Of Ana, in Tunja. */
let player: TestPlayer;
let videoId: string;
const url = (path: string) => world.stack.url + path;

beforeAll(async () => {
  world = await World.open();
  organiser = await makeOrganiser(world);
  ({ videoId, player } = await world.contender({ first_name: 'Ana', city: 'Tunja' }, TITLE));
  await world.api.finished(player, videoId);
  const report = { reason: 'No es baloncesto.' };
  await world.api.as(await world.api.signUp(), 'POST', `/api/public/videos/${videoId}/report`, report);
  await voteAndFlag();
}, 120_000);
afterAll(() => world.close());
afterEach(async () => expect(await world.leave()).toEqual([]));

/** Three votes, and the flag of them that the look every two minutes would raise of more. */
async function voteAndFlag(): Promise<void> {
  for (let voter = 0; voter < 3; voter++) {
    const { status } = await world.api.as(
      await world.api.signUp(),
      'POST',
      `/api/public/videos/${videoId}/vote`,
    );
    expect(status).toBe(200);
  }
  const env = await readFile(join(world.dataDir, 'import.env'), 'utf8');
  const sql = postgres(/^DATABASE_URL="(.*)"$/m.exec(env)?.[1] ?? '', { max: 1 });
  await sql`
    insert into votes.flags (video_id, kind, network, first_at, last_at, votes, newborn, unverified, gone, of_votes)
    select video_id, 'network', network, min(cast_at), max(cast_at), count(*), count(*), count(*), 0, count(*)
    from votes.votes
    group by video_id, network`;
  await sql.end();
}

async function organiserAt(path: string, allow: RegExp[] = []): Promise<Page> {
  const { page } = await world.person({ as: organiser, role: 'organiser', allow });
  await page.goto(url(path));
  return page;
}

const confirm = async (page: Page, title: string, action: string) => {
  const dialog = page.getByRole('dialog', { name: title });
  await dialog.getByRole('button', { name: action }).click();
};
const votes = async () => (await world.api.send('GET', `/api/public/rankings/videos/${videoId}`)).body.votes;

const sections = ['', '/trabajos', '/reportes', '/torneo', '/votos', '/resultados?ver=todos'].map(
  (path) => `/organizacion${path}`,
);

test.each(sections)('%s has no barrier', async (path) => {
  const page = await organiserAt(path);
  await page.locator('main .live, main table').first().waitFor();
  await expectNoBarrier(page);
});

test('who is no organiser is told so, and sees nothing', async () => {
  const { page } = await world.person({ as: await world.api.signUp(), allow: [/403/] });
  await page.goto(url('/organizacion/trabajos'));
  await page.getByRole('heading', { name: 'Solo para la organización' }).waitFor();
  expect(await page.getByRole('table').count()).toBe(0);
});

test('what is uploaded meanwhile shows by itself, and the focus stays; filters are in the address', async () => {
  const page = await organiserAt('/organizacion/trabajos');
  await page.getByRole('link', { name: TITLE }).waitFor();
  await page.getByRole('link', { name: 'Todos' }).focus();
  const clip = new Uint8Array(await readFile(world.clipFile));
  await world.api.upload(await world.api.signUp(), clip, { title: 'Recién llegado' });
  await page.getByRole('link', { name: 'Recién llegado' }).waitFor();
  expect(await page.locator(':focus').innerText()).toBe('Todos');
  await page.getByRole('link', { name: 'Fallidos' }).click();
  await page.getByText('Ningún video ha fallado.').waitFor();
  expect(page.url()).toBe(url('/organizacion/trabajos?estado=fallidos'));
  await page.goBack();
  await page.getByRole('link', { name: TITLE }).waitFor();
});

test('flagged votes are counted, voided with a reason, and put back', async () => {
  const page = await organiserAt('/organizacion/votos');
  await page.getByRole('button', { name: 'Anular votos' }).click();
  await page.getByText('Se anulan 3 votos: el video pasa de 3 a 0 al instante.').waitFor();
  await confirm(page, '¿Anular estos votos?', 'Anular votos');
  await page.getByText('Escribe por qué').waitFor();
  expect(await votes()).toBe(3);
  await page.getByLabel('Por qué').fill(WHY);
  await confirm(page, '¿Anular estos votos?', 'Anular votos');
  await page.getByText('3 votos anulados.').waitFor();
  await expect.poll(votes).toBe(0);
  await page.getByText('No hay alertas por resolver.').waitFor();
  expect(await page.locator(':focus').count()).toBe(1);
  await page.getByRole('link', { name: 'Resueltas' }).click();
  await page.getByRole('button', { name: 'Devolver votos' }).click();
  await page.getByLabel('Por qué').fill('Era un colegio.');
  await confirm(page, '¿Devolver estos votos?', 'Devolver votos');
  await page.getByText('3 votos cuentan otra vez.').waitFor();
  await expect.poll(votes).toBe(3);
});

test('a change of the contest says what it means, and does not undo what another organiser has changed', async () => {
  const page = await organiserAt('/organizacion/torneo');
  const review = page.getByRole('button', { name: 'Revisar los cambios' });
  await page.getByLabel('Clasifican por ciudad').fill('0');
  await review.click();
  await expect.poll(() => page.locator(':focus').getAttribute('aria-describedby')).toBeTruthy();
  await page.getByLabel('Clasifican por ciudad').fill('3');
  await page.getByRole('button', { name: 'Añadir como ciudad Tunja' }).click();
  await world.api.as(organiser, 'PUT', '/api/admin/contest', { vote_goal: 1234 });
  await review.click();
  await page.getByText(/alguien más de la organización cambió el torneo \(meta\)/).waitFor();
  await review.click();
  await page.getByText('Tunja entra al torneo: 1 persona de allí ya puede clasificar.').waitFor();
  await page.getByText('De cada ciudad clasifican 3 en vez de 2').waitFor();
  await confirm(page, '¿Guardar estos cambios del torneo?', 'Guardar cambios');
  await page.getByText('El torneo quedó guardado.').waitFor();
  const { body } = await world.api.as(organiser, 'GET', '/api/admin/contest');
  expect(body).toMatchObject({ finalists_per_city: 3, vote_goal: 1234 });
  expect(body.cities.map(({ name }: { name: string }) => name)).toContain('Tunja');
});

test('voting is closed, the result frozen, and its file has the published sum; it can not open again', async () => {
  const page = await organiserAt('/organizacion/torneo', [/400/]);
  await page.getByRole('button', { name: 'Cerrar la votación ahora' }).click();
  await confirm(page, '¿Cerrar la votación ahora?', 'Cerrar la votación ahora');
  await page.getByText('La votación está cerrada.').waitFor();

  await page.goto(url('/organizacion/resultados'));
  await page.getByRole('button', { name: 'Congelar el resultado' }).click();
  await confirm(page, '¿Congelar el resultado?', 'Congelar el resultado');
  await page.getByRole('heading', { name: 'Resultado congelado, versión 1' }).waitFor();
  const download = page.waitForEvent('download');
  await page.getByRole('button', { name: 'Descargar CSV' }).click();
  const file = await readFile(await (await download).path());
  expect(createHash('sha256').update(file).digest('hex')).toBe(await page.locator('.checksum').innerText());
  await page.getByText('Su suma es la publicada.').waitFor();

  await page.goto(url('/organizacion/torneo'));
  await page.getByLabel('Cierra').fill('2090-01-01T00:00');
  await page.getByRole('button', { name: 'Revisar los cambios' }).click();
  await page.getByText('La votación se abre en cuanto guardes.').waitFor();
  await confirm(page, '¿Guardar estos cambios del torneo?', 'Guardar cambios');
  await page.getByRole('alert').getByText('está congelado').waitFor();
  await page.keyboard.press('Escape');
  expect(await page.getByLabel('Cierra').getAttribute('aria-invalid')).toBe('true');
});

describe('whoever looks on', () => {
  const setWindow = async (change: object) => {
    const { status } = await world.api.as(organiser, 'PUT', '/api/admin/contest', change);
    expect(status).toBe(200);
  };
  const inHours = (hours: number) => new Date(Date.now() + hours * 3_600_000).toISOString();
  const windows = {
    soon: { opens_at: inHours(1), closes_at: inHours(2) },
    open: { opens_at: inHours(-1), closes_at: inHours(2) },
    counting: { opens_at: inHours(-2), closes_at: inHours(-1) },
  };
  const contest = async () => (await world.api.send('GET', '/api/public/contest')).body;
  /** Another edition, whose result is not frozen. */
  const enter = async (state: keyof typeof windows) => {
    const edition = `${state} ${Date.now()}`;
    await setWindow({
      ...{ edition, vote_goal: 3000, cities: [{ name: 'Tunja', aliases: [] }] },
      ...windows[state],
    });
    await expect.poll(contest).toMatchObject({ edition });
    // Until no page of before is fresh.
    await sleep(500);
  };
  const visit = async (path: string, as?: TestPlayer) => {
    const { page } = await world.person(as && { as });
    await page.clock.install();
    await page.goto(url(path));
    return page;
  };

  test('sees voting close and the result be frozen without loading anything anew', async () => {
    await enter('open');
    const onlookers = [await visit('/rankings?ciudad=Tunja'), await visit(`/videos/${videoId}`)] as const;
    const [ranking, video] = onlookers;
    await ranking.getByText('Va clasificando', { exact: true }).waitFor();
    await video.getByRole('button', { name: 'Votar' }).waitFor();
    const closes_at = new Date(Date.now() + 3000).toISOString();
    await setWindow({ closes_at });
    await expect.poll(contest).toMatchObject({ closes_at, open: true });
    // Who comes back to a page hears of it, and then does not wait for the next look.
    for (const page of onlookers)
      await page.evaluate("document.dispatchEvent(new Event('visibilitychange'))");
    await ranking.getByText('Por confirmar', { exact: true }).waitFor({ timeout: 9000 });
    await video.getByRole('button', { name: 'Votación cerrada' }).waitFor();
    await video.getByRole('status').getByText('El resultado está por confirmar.').waitFor();
    expect((await world.api.as(organiser, 'POST', '/api/admin/results')).status).toBe(200);
    await expect.poll(contest).toMatchObject({ result_frozen_at: expect.any(String) });
    for (const page of onlookers) await page.clock.fastForward(15_000);
    await ranking.getByText('Clasificó', { exact: true }).waitFor();
    await video.getByRole('status').getByText('El resultado es oficial.').waitFor();
  }, 60_000);

  test.each([
    ['soon', 'Te faltan 2.997 votos para la meta.', '¡Prepárate!'],
    ['counting', 'Te faltaron 2.997 votos para la meta.', 'Vas clasificando · resultado por confirmar'],
  ] as const)('is told on the panel how it stands: %s', async (state, goal, outlook) => {
    await enter(state);
    const page = await visit('/panel', player);
    await page.getByText(goal).waitFor();
    await page.getByText(outlook).waitFor();
    await page.getByRole('listitem').getByText('Público', { exact: true }).waitFor();
    expect(await axeViolations(page)).toEqual([]);
  });

  test.each(['soon', 'counting'] as const)(
    'finds no barrier where votes do not count: %s',
    async (state) => {
      await enter(state);
      const told = state === 'soon' ? 'La votación abre el' : 'La votación cerró el';
      for (const path of ['/', '/videos', `/videos/${videoId}`, '/subir']) {
        const page = await visit(path);
        await page.getByText(told).first().waitFor();
        await expectNoBarrier(page);
      }
    },
    60_000,
  );
});
