import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { axeViolations } from '@anb/testing/accessibility';
import { noteSecrets } from '@anb/testing/logs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, type TestPlayer } from '../api.ts';
import { startLossyLink } from './lossy-link.ts';
import { makeOrganiser } from './organiser.ts';
import { untilAlive, World } from './world.ts';

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

/** The latest mail to an address that says such a thing; what it says. */
async function mailed(email: string, pattern: RegExp): Promise<string> {
  const folder = join(world.dataDir, 'mails');
  const mails = () =>
    readdirSync(folder)
      .map((file) => readFileSync(join(folder, file), 'utf8'))
      .filter((mail) => mail.includes(email));
  const found = () =>
    mails()
      .map((mail) => pattern.exec(mail)?.[1])
      .findLast(Boolean) ?? '';
  await expect.poll(found, { timeout: 15_000 }).not.toBe('');
  noteSecrets(found());
  return found();
}
const codeFor = (email: string) => mailed(email, /^ {4}(\d{6})\r?$/m);

const clean = async (page: Page) => expect(await axeViolations(page)).toEqual([]);

test('a vote asks for an account and for the code that was mailed, and then counts', async () => {
  const { page } = await world.person({ allow: [/400/] });
  await page.goto(url(`/videos/${videoId}`));
  await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
  const dialog = page.getByRole('dialog', { name: 'Crea tu cuenta y vota' });
  await dialog.getByLabel('Nombre', { exact: true }).fill('Marta');
  await dialog.getByLabel('Apellido').fill('Gil');
  await dialog.getByLabel('Ciudad').fill('Tunja');
  await dialog.getByLabel('Correo electrónico').fill('marta@example.com');
  await dialog.getByLabel('Contraseña', { exact: true }).fill(PASSWORD);
  await dialog.getByLabel(/^Acepto/).check();
  await dialog.getByLabel(/^Acepto/).press('Enter');
  // With its sixth digit a code is sent.
  const code = page.getByLabel('Código de seis dígitos');
  let tried = 0;
  page.on('request', (request) => {
    if (request.url().endsWith('/verify-email')) tried++;
  });
  const sent = await codeFor('marta@example.com');
  await code.fill(sent === '000000' ? '111111' : '000000');
  await page.getByText('Ese no es el código').waitFor();
  await page.getByRole('button', { name: 'Verificar' }).click();
  await page.getByText('Ese no es el código').waitFor();
  await clean(page);
  await code.fill(sent);
  await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
  expect(await page.locator('.vote-panel .votes b').innerText()).toBe('1');
  expect(tried).toBe(2);
}, 60_000);

test('a forgotten password is made anew by the link that was mailed', async () => {
  const { email } = await world.api.signUp();
  const person = await world.person();
  await person.page.goto(url('/entrar'));
  await person.page.getByRole('link', { name: '¿Olvidaste tu contraseña?' }).click();
  await person.page.getByLabel('Correo electrónico').fill(email);
  await person.page.getByRole('button', { name: 'Enviar el enlace' }).click();
  await person.page.getByText(`Si hay una cuenta con ${email}`).waitFor();
  await clean(person.page);
  const link = await mailed(email, /^(http\S+#token=\S+)\r?$/m);
  const mine = 'otro-pase-largo-8';
  noteSecrets(mine, link.split('token=')[1]);
  // As a mail opens it.
  const page = await world.anotherPage(person);
  await page.goto(link);
  await page.getByLabel('Contraseña nueva', { exact: true }).fill(mine);
  await page.getByLabel('Repite').fill(mine);
  expect(page.url()).toBe(url('/restablecer'));
  await page.getByRole('button', { name: 'Guardar la contraseña' }).click();
  await page.getByText('Tu contraseña nueva ya funciona.').waitFor();
  await clean(page);
  expect(await page.getByLabel('Correo electrónico').inputValue()).toBe(email);
  await page.getByLabel('Contraseña', { exact: true }).fill(mine);
  await page.getByRole('button', { name: 'Entrar' }).click();
  await page.waitForURL(url('/panel'));
  const { status } = await world.api.send('POST', '/api/auth/login', { body: { email, password: PASSWORD } });
  expect(status).toBe(401);
});

test('an account is deleted with its password, and says farewell', async () => {
  const who = await world.api.signUp();
  const { page } = await world.person({ as: who, allow: [/400|401/] });
  await page.goto(url('/perfil'));
  await page.getByRole('button', { name: 'Eliminar mi cuenta…' }).click();
  const dialog = page.getByRole('dialog', { name: '¿Eliminar tu cuenta?' });
  await clean(page);
  await dialog.getByLabel('Contraseña').fill('no-es-esta-clave');
  await dialog.getByRole('button', { name: 'Eliminar para siempre' }).click();
  await dialog.getByText('La contraseña no es correcta.').waitFor();
  await dialog.getByLabel('Contraseña').fill(PASSWORD);
  await dialog.getByRole('button', { name: 'Eliminar para siempre' }).click();
  await page.getByRole('heading', { name: 'Tu cuenta está eliminada' }).waitFor();
  await clean(page);
  expect(await page.getByRole('dialog').count()).toBe(0);
  expect(await page.getByRole('link', { name: 'Entrar' }).first().isVisible()).toBe(true);
  const body = { email: who.email, password: PASSWORD };
  expect((await world.api.send('POST', '/api/auth/login', { body })).status).toBe(401);
});

test('a file that is chosen before the page has come to life is chosen', async () => {
  const { page } = await world.person({ as: newcomer });
  const { promise: scripts, resolve: goOn } = Promise.withResolvers<void>();
  await page.route('**/assets/*.js', (route) => scripts.then(() => route.continue()));
  await page.goto(url('/subir'), { waitUntil: 'commit' });
  await page.getByLabel('Elegir video').setInputFiles(world.clipFile);
  goOn();
  await page.getByText('clip.mp4').waitFor();
});

test('the file that was chosen last is the one that is sent', async () => {
  const { page } = await world.person({ as: await world.api.signUp() });
  // It takes its time to be read, as one that lies in a cloud does.
  await page.addInitScript(`const { slice } = Blob.prototype;
    File.prototype.slice = function (...range) {
      const part = slice.apply(this, range);
      if (this.name !== 'lento.mp4') return part;
      const read = part.arrayBuffer.bind(part);
      part.arrayBuffer = () => new Promise((resolve) => setTimeout(resolve, 500)).then(read);
      return part;
    };`);
  await page.goto(url('/subir'));
  const buffer = readFileSync(world.clipFile);
  const choose = (name: string) =>
    page
      .locator('#archivo input[type="file"]')
      .first()
      .setInputFiles({ name, mimeType: 'video/mp4', buffer });
  await choose('lento.mp4');
  await choose('rapido.mp4');
  await page.getByText('rapido.mp4').waitFor();
  await page.waitForTimeout(700);
  expect(await page.getByText('lento.mp4').count()).toBe(0);
  // Who is quicker than the look at the file need not choose it twice.
  await page.goto(url('/subir'));
  await untilAlive(page);
  await choose('lento.mp4');
  await page.getByLabel('Título').fill('De la nube');
  await page.getByRole('button', { name: 'Subir video' }).click();
  await page.waitForURL(/video=/);
});

test('a link of the same page that asks for more than to go there is left to the browser', async () => {
  const { page } = await world.person({ as: await makeOrganiser(world), role: 'organiser' });
  await page.goto(url('/organizacion/trabajos'));
  await page.getByText('Se actualiza cada 5 segundos').waitFor();
  const isOurs = (attributes = '{}', keys = '{}') =>
    page.evaluate(`(() => {
      const link = Object.assign(document.createElement('a'), { href: '?estado=cola', ...${attributes} });
      document.body.append(link);
      let isTaken;
      addEventListener('click', (event) => {
        isTaken = event.defaultPrevented;
        event.preventDefault();
      }, { once: true });
      link.dispatchEvent(
        new MouseEvent('click', { bubbles: true, cancelable: true, ...${keys} }),
      );
      return isTaken;
    })()`);
  expect([
    await isOurs(),
    await isOurs("{ target: '_self' }"),
    await isOurs("{ target: '_blank' }"),
    await isOurs("{ download: 'x' }"),
    await isOurs('{}', '{ ctrlKey: true }'),
  ]).toEqual([true, true, false, false, false]);
});

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
  await own.getByText('Queda en tu cuenta').waitFor();
  expect(await own.getByText('Necesitas una cuenta').isVisible()).toBe(false);
});

test('who comes back to go on with an upload hears when it could not be found, and tries again', async () => {
  const who = await world.api.signUp();
  const { body } = await world.api.as(who, 'POST', '/api/videos/uploads', {
    ...{ title: 'A medias', is_public: false, size: 1_000_000, filename: 'clip.mp4' },
  });
  const { page } = await world.person({ as: who, allow: [/ERR_FAILED/] });
  await page.route('**/api/videos/uploads', (route) => route.abort('failed'), { times: 1 });
  await page.goto(url(`/subir?continuar=${body.video_id}`));
  await page.getByText('No pudimos ver tus subidas a medias.').waitFor();
  await clean(page);
  await page.getByRole('button', { name: 'Reintentar' }).click();
  await page.getByRole('heading', { name: 'A medias', exact: true }).waitFor();
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

  /** Longer would be no honest "live". */
  const HONEST_MS = 10_000;
  const POLLED_HONEST_MS = 15_000;

  test('that passes nothing on nothing is live for long, until it is again', async () => {
    const link = await startLossyLink(world.stack.url);
    const { page: ranking } = await world.person({ allow: [new RegExp(link.url)] });
    const { page: jobs } = await world.person({ as: await makeOrganiser(world), role: 'organiser' });
    const isRankingLive = ranking.getByText('Actualizado en tiempo real');
    const areJobsLive = jobs.locator('.live:not(.live-off)', { hasText: 'Se actualiza cada 5 segundos' });
    await Promise.all([ranking.goto(`${link.url}/rankings`), jobs.goto(url('/organizacion/trabajos'))]);
    await Promise.all([isRankingLive.waitFor(), areJobsLive.waitFor()]);
    link.cut();
    await jobs.route('**/api/admin/jobs**', () => {});
    await Promise.all([
      ranking.getByText('Sin conexión en vivo').waitFor({ timeout: HONEST_MS }),
      jobs.locator('.live-off').waitFor({ timeout: POLLED_HONEST_MS }),
    ]);
    link.mend();
    await jobs.unroute('**/api/admin/jobs**');
    await Promise.all([isRankingLive.waitFor(), areJobsLive.waitFor()]);
    link.close();
  }, 60_000);

  test('which the browser knows of nothing is live at once', async () => {
    const { page, context } = await world.person({ allow: OFFLINE });
    await page.goto(url('/rankings'));
    await page.getByText('Actualizado en tiempo real').waitFor();
    await context.setOffline(true);
    await page.getByText('Sin conexión en vivo').waitFor({ timeout: 1500 });
    await context.setOffline(false);
    await page.getByText('Actualizado en tiempo real').waitFor({ timeout: 5000 });
  });

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

describe('a page whose files a deployment has taken away', () => {
  const lost = '**/assets/vote-button-*.js';

  test('is loaded anew, once, and then says so', async () => {
    const { page } = await world.person({ allow: [/404/] });
    await page.route(lost, (route) => route.fulfill({ status: 404 }));
    let loads = 0;
    page.on('load', () => loads++);
    await page.goto(url(`/videos/${videoId}`));
    await page.getByRole('button', { name: 'Recargar' }).waitFor();
    await clean(page);
    expect(loads).toBe(2);
    await page.unroute(lost);
    await page.getByRole('button', { name: 'Recargar' }).click();
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    await page.getByRole('dialog').waitFor();
    expect(loads).toBe(3);
  }, 40_000);

  test('stays as it is while somebody writes in it, and where there is no page to be had either', async () => {
    const [{ page: written }, { page: cutOff }] = [
      await world.person({ allow: [/404/] }),
      await world.person({ allow: [...OFFLINE, /404/] }),
    ];
    let [asked, loads] = [0, 0];
    cutOff.on('load', () => loads++);
    await cutOff.route('**/videos/*', (route) =>
      route.request().method() === 'HEAD' ? route.abort('failed') : route.continue(),
    );
    await written.route(lost, (route) => route.fulfill({ status: 404 }));
    await cutOff.route(lost, (route) => {
      asked++;
      return route.fulfill({ status: 404 });
    });
    await Promise.all([written.goto(url('/videos')), cutOff.goto(url(`/videos/${videoId}`))]);
    await written.getByLabel('Nombre o título').fill('triple');
    await written.getByRole('button', { name: 'Recargar' }).waitFor();
    expect(await written.getByLabel('Nombre o título').inputValue()).toBe('triple');
    await expect.poll(() => asked, { timeout: 15_000 }).toBeGreaterThan(2);
    await cutOff.waitForTimeout(1000);
    expect([loads, await cutOff.getByRole('button', { name: 'Recargar' }).count()]).toEqual([1, 0]);
  }, 30_000);
});

test('what an organiser does to a video its player sees, and hears of it by one voice', async () => {
  const organiser = await makeOrganiser(world);
  const { body: rules } = await world.api.as(organiser, 'GET', '/api/admin/contest');
  const review = (review_before_publication: boolean) =>
    world.api.as(organiser, 'PUT', '/api/admin/contest', { review_before_publication });
  expect(rules.review_before_publication).toBe(false);
  expect((await review(true)).status).toBe(200);
  const transcoder = world.stack.pidOf('transcoder');
  process.kill(transcoder, 'SIGSTOP');
  try {
    const { player, videoId: id } = await world.contender({ first_name: 'Pau' }, 'Giro y tiro');
    const { page } = await world.person({ as: player });
    await page.goto(url('/panel'));
    const list = page.getByRole('list', { name: 'Mis videos' });
    await list.getByText('En cola').first().waitFor();
    expect(await list.getByRole('status').count()).toBe(0);
    process.kill(transcoder, 'SIGCONT');
    await page.getByRole('status').getByText('«Giro y tiro»: En revisión.').waitFor({ timeout: 30_000 });
    await page.getByText('La organización lo revisa antes').waitFor();
    await clean(page);
    const reason = { reason: 'No es baloncesto.' };
    expect((await world.api.as(organiser, 'POST', `/api/admin/videos/${id}/hide`, reason)).status).toBe(200);
    await page.reload();
    await list.getByText('Oculto por la organización').waitFor();
    await page.getByText('Sus votos se conservan.').waitFor();
    await clean(page);
  } finally {
    process.kill(transcoder, 'SIGCONT');
    await review(false);
  }
}, 60_000);

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
