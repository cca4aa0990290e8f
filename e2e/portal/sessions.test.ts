import { setTimeout as sleep } from 'node:timers/promises';
import { noteSecrets } from '@anb/testing/logs';
import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { PASSWORD, type TestPlayer } from '../api.ts';
import { makeOrganiser } from './organiser.ts';
import { type Person, World } from './world.ts';

const OFFLINE = [/ERR_INTERNET_DISCONNECTED/, /ERR_FAILED/, /ERR_NETWORK_CHANGED/];
/** As in a browser that tells a page nothing of what its other tabs do. */
const DEAF = "addEventListener('storage', (event) => event.stopImmediatePropagation(), { capture: true })";
/** What auth, which each change here asks, answers to the token that a tab holds. */
const STATUS_OF_TAB = `fetch('/api/auth/profile', {
  headers: { authorization: 'Bearer ' + JSON.parse(sessionStorage.getItem('anb.token')).token },
}).then(({ status }) => status)`;

/** Others work on the same machine. */
const SOON = { timeout: 15_000 };

let world: World;
/** Both open for voting. */
let videos: { player: TestPlayer; videoId: string }[];
const url = (path: string) => world.stack.url + path;

beforeAll(async () => {
  world = await World.open();
  noteSecrets(PASSWORD);
  videos = await Promise.all([
    world.contender({ first_name: 'Mateo' }, 'Triple sobre la bocina'),
    world.contender({ first_name: 'Beto' }, 'Tapón contra el tablero'),
  ]);
  await Promise.all(videos.map(({ player, videoId }) => world.api.finished(player, videoId)));
}, 120_000);
afterAll(() => world.close());
afterEach(async () => expect(await world.leave()).toEqual([]));

/** Somebody in whose place another person may come. */
async function lucia({ allow = [] as RegExp[] } = {}): Promise<Person & { who: TestPlayer }> {
  const who = await world.api.signUp({ first_name: 'Lucía' });
  return Object.assign(await world.person({ as: who, allow: [/401/, ...allow] }), { who });
}
const tomas = () => world.api.signUp({ first_name: 'Tomás' });

async function openProfile(page: Page): Promise<void> {
  await page.goto(url('/perfil'));
  await expect.poll(() => nameOn(page), SOON).toBe('Lucía');
}
const nameOn = (page: Page) => page.getByLabel('Nombre', { exact: true }).inputValue();
const signOutOn = (page: Page) => page.getByRole('button', { name: 'Cerrar sesión', exact: true });

async function signOutElsewhere(person: Person): Promise<Page> {
  const other = await world.anotherPage(person);
  await other.goto(url('/perfil'));
  await signOutOn(other).click();
  await other.waitForURL(url('/'));
  return other;
}

async function fillSignIn(page: Page, { email }: TestPlayer): Promise<void> {
  await page.getByLabel('Correo electrónico').fill(email);
  await page.getByLabel('Contraseña', { exact: true }).last().fill(PASSWORD);
  await page.getByRole('button', { name: 'Entrar' }).last().click();
}

async function signInOn(page: Page, heir: TestPlayer): Promise<void> {
  await page.goto(url('/entrar'));
  await fillSignIn(page, heir);
  await page.waitForURL(url('/panel'));
}

describe('whoever signs out in another tab', () => {
  test.each([
    ['/perfil', 'player', 'Esta página es solo tuya'],
    ['/panel', 'player', 'Entra a tu cuenta para ver tus videos.'],
    ['/organizacion', 'organiser', 'Entra con tu cuenta de la organización'],
  ] as const)('leaves nothing of theirs on %s, and finds it again', async (path, role, signedOut) => {
    const isOrganiser = role === 'organiser';
    const who = isOrganiser ? await makeOrganiser(world) : await world.api.signUp();
    const person = await world.person({ as: who, role, allow: [/401/] });
    const { page } = person;
    await page.goto(url(path));
    const own = {
      '/perfil': page.getByText(who.email),
      '/panel': page.getByText('Aquí va tu primera jugada'),
      '/organizacion': page
        .getByRole('heading', { name: 'La noche del torneo' })
        .or(page.getByRole('list').filter({ hasText: 'en cola' })),
    }[path];
    await own.first().waitFor();
    const other = await signOutElsewhere(person);
    await page.getByText(signedOut).waitFor();
    expect([await own.count(), await page.getByRole('dialog').count()]).toEqual([0, 0]);
    await signInOn(other, who);
    await own.first().waitFor();
  });

  test('leaves no vote of theirs on a card', async () => {
    const who = await world.api.signUp();
    const [first] = videos;
    await world.api.as(who, 'POST', `/api/public/videos/${first?.videoId}/vote`);
    const person = await world.person({ as: who, allow: [/401/] });
    await person.page.goto(url('/videos'));
    await person.page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
    await signOutElsewhere(person);
    await person.page.getByRole('button', { name: 'Votar Mateo Ríos' }).waitFor();
  });

  test('leaves nothing of theirs on a page to which the way back leads', async () => {
    const person = await lucia();
    await person.page.addInitScript(DEAF);
    await openProfile(person.page);
    await signOutElsewhere(person);
    expect(await nameOn(person.page)).toBe('Lucía');
    // As when a browser has kept the page as it was; this one is told not to.
    await person.page.evaluate("dispatchEvent(new PageTransitionEvent('pageshow', { persisted: true }))");
    await person.page.getByText('Esta página es solo tuya').waitFor();
  });
});

describe('whoever signs in in another tab', () => {
  test('sees nothing of the first person, nor what they were writing', async () => {
    const person = await lucia();
    const { page } = person;
    await openProfile(page);
    await page.getByLabel('Apellido').fill('De otra persona');
    await page.getByRole('button', { name: 'Eliminar mi cuenta…' }).click();
    await page.getByRole('dialog').waitFor();
    await signInOn(await signOutElsewhere(person), await tomas());
    await expect.poll(() => nameOn(page), SOON).toBe('Tomás');
    expect(await page.getByLabel('Apellido').inputValue()).toBe('Ríos');
    expect(await page.getByRole('dialog').count()).toBe(0);
  });

  test('sees nothing of the first person even while their session goes on', async () => {
    const person = await lucia();
    await openProfile(person.page);
    const { email } = await tomas();
    const other = await world.anotherPage(person);
    await other.goto(url('/privacidad'));
    // What no page of ours does: another cookie in the place of the first.
    await other.evaluate(`fetch('/api/auth/login', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '${JSON.stringify({ email, password: PASSWORD, refresh_cookie: true })}',
    })
      .then((answer) => answer.json())
      .then(({ access_token }) => JSON.parse(atob(access_token.split('.')[1])).sub)
      .then((id) => localStorage.setItem('anb.session', 'player ' + id))`);
    await expect.poll(() => nameOn(person.page), SOON).toBe('Tomás');
  });

  describe('of which the page has heard nothing', () => {
    async function takenOver(heir: TestPlayer): Promise<Page> {
      const person = await lucia();
      const { page } = person;
      await page.addInitScript(DEAF);
      await openProfile(page);
      await signInOn(await signOutElsewhere(person), heir);
      await expect.poll(() => page.evaluate(STATUS_OF_TAB), SOON).toBe(401);
      expect(await nameOn(page)).toBe('Lucía');
      return page;
    }

    test('keeps their own data: the first one begins anew', async () => {
      const heir = await tomas();
      const page = await takenOver(heir);
      await page.getByLabel('Apellido').fill('De otra persona');
      await page.getByRole('button', { name: 'Guardar cambios' }).click();
      await expect.poll(() => nameOn(page), SOON).toBe('Tomás');
      expect(await page.getByLabel('Apellido').inputValue()).toBe('Ríos');
      const { body } = await world.api.as(heir, 'GET', '/api/auth/profile');
      expect(body).toMatchObject({ first_name: 'Tomás', last_name: 'Ríos' });
    });

    test('is not left signed in by a page that says it has signed out', async () => {
      const page = await takenOver(await tomas());
      await signOutOn(page).click();
      await page.waitForURL(url('/'));
      await page.goto(url('/perfil'));
      await expect.poll(() => nameOn(page), SOON).toBe('Tomás');
      await signOutOn(page).click();
      await page.waitForURL(url('/'));
      const refresh = "fetch('/api/auth/refresh', { method: 'POST' }).then(({ status }) => status)";
      expect(await page.evaluate(refresh)).toBe(401);
    });
  });
});

describe('an answer that comes late', () => {
  const cookieIsOf = async (page: Page, { email }: TestPlayer) => {
    await page.goto(url('/perfil'));
    await page.getByText(email).waitFor();
    await page.evaluate("sessionStorage.removeItem('anb.token')");
    await page.reload();
    await page.getByText(email).waitFor();
  };
  /** Answers to a renewal of the page are held back until then, or for as long as it takes to see them wait. */
  const holdBack = (page: Page, until: Promise<unknown>) =>
    page.route(
      '**/api/auth/refresh',
      async (route) => {
        const response = await route.fetch();
        await Promise.race([until, sleep(4000)]);
        await route.fulfill({ response });
      },
      { times: 1 },
    );

  test('of a renewal takes no cookie from who has signed in since', async () => {
    const person = await lucia();
    await openProfile(person.page);
    const other = await world.anotherPage(person);
    await other.goto(url('/perfil'));
    await expect.poll(() => nameOn(other), SOON).toBe('Lucía');
    const { promise, resolve } = Promise.withResolvers<void>();
    await holdBack(person.page, promise);
    await person.page.evaluate("sessionStorage.removeItem('anb.token')");
    const renewal = person.page.waitForRequest('**/api/auth/refresh');
    await person.page.reload();
    await renewal;
    await signOutOn(other).click();
    await other.waitForURL(url('/'));
    const heir = await tomas();
    await signInOn(other, heir);
    resolve();
    await expect.poll(() => nameOn(person.page), SOON).toBe('Tomás');
    await cookieIsOf(other, heir);
  });

  test('of a sign-out that was left to be done takes none either', async () => {
    const person = await lucia({ allow: OFFLINE });
    await openProfile(person.page);
    await person.context.setOffline(true);
    await signOutOn(person.page).click();
    await person.page.getByText('Esta página es solo tuya').waitFor();
    const page = await world.anotherPage(person);
    const { promise, resolve } = Promise.withResolvers<void>();
    await holdBack(page, promise);
    await person.page.close();
    await person.context.setOffline(false);
    const heir = await tomas();
    await page.goto(url(`/videos/${videos[0]?.videoId}`));
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    await fillSignIn(page, heir);
    await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
    const answered = page.waitForResponse('**/api/auth/refresh').catch(() => {});
    resolve();
    await Promise.race([answered, sleep(1000)]);
    await cookieIsOf(page, heir);
  });
});

describe('a session that has ended by itself', () => {
  /** A page where somebody has written something, and is asked to sign in again when they want to save it. */
  async function interrupted() {
    const person = await lucia();
    const { page, who } = person;
    await openProfile(page);
    await page.getByLabel('Apellido').fill('Nuevo');
    await world.api.as(who, 'POST', '/api/auth/logout-all');
    await expect.poll(() => page.evaluate(STATUS_OF_TAB), SOON).toBe(401);
    await page.getByRole('button', { name: 'Guardar cambios' }).click();
    await page.getByRole('dialog').getByText('Tu sesión terminó').waitFor();
    expect(await page.getByLabel('Apellido').inputValue()).toBe('Nuevo');
    return person;
  }
  const surname = async ({ email }: TestPlayer) =>
    (await world.api.as(await world.api.signIn(email), 'GET', '/api/auth/profile')).body.last_name;

  test('goes on where it was', async () => {
    const { page, who } = await interrupted();
    await fillSignIn(page, who);
    await page.getByText('Cambios guardados.').waitFor();
    expect(await surname(who)).toBe('Nuevo');
  });

  test('goes on when the same person signs in in another tab', async () => {
    const person = await interrupted();
    await signInOn(await world.anotherPage(person), person.who);
    await person.page.getByText('Cambios guardados.').waitFor();
    expect(await surname(person.who)).toBe('Nuevo');
  });

  test.each(['here', 'in another tab'])('is not gone on with by who signs in %s instead', async (where) => {
    const person = await interrupted();
    const heir = await tomas();
    if (where === 'here') await fillSignIn(person.page, heir);
    else await signInOn(await world.anotherPage(person), heir);
    await expect.poll(() => nameOn(person.page), SOON).toBe('Tomás');
    expect(await person.page.getByRole('dialog').count()).toBe(0);
    expect(await person.page.getByLabel('Apellido').inputValue()).toBe('Ríos');
    expect([await surname(heir), await surname(person.who)]).toEqual(['Ríos', 'Ríos']);
  });
});

describe('without a network', () => {
  async function signedOut() {
    const person = await lucia({ allow: OFFLINE });
    await openProfile(person.page);
    await person.context.setOffline(true);
    await signOutOn(person.page).click();
    await person.page.getByRole('status').getByText('No hubo conexión para avisarle al servidor').waitFor();
    await person.page.getByText('Esta página es solo tuya').waitFor();
    expect(await hasCookie(person)).toBe(true);
    return person;
  }
  const hasCookie = async ({ context }: Person) =>
    (await context.cookies(url('/api/auth'))).some(({ name }) => name === 'anb_refresh');

  test('a sign-out holds here at once, and on the server when it is back', async () => {
    const person = await signedOut();
    await person.context.setOffline(false);
    await expect.poll(() => hasCookie(person), SOON).toBe(false);
  });

  test('also on the next page', async () => {
    const person = await signedOut();
    await person.page.close();
    await person.context.setOffline(false);
    expect(await hasCookie(person)).toBe(true);
    const page = await world.anotherPage(person);
    await page.goto(url('/'));
    await expect.poll(() => hasCookie(person), SOON).toBe(false);
    expect(await page.getByRole('link', { name: 'Entrar' }).first().isVisible()).toBe(true);
  });

  test('and ends no session that was begun since', async () => {
    const person = await signedOut();
    const closed = '**/api/auth/refresh';
    await person.context.route(closed, (route) => route.abort('failed'));
    await person.context.setOffline(false);
    await signInOn(person.page, person.who);
    await person.context.unroute(closed);
    await openProfile(person.page);
    expect(await hasCookie(person)).toBe(true);
  });
});

test('who signs in to vote for one video sees on all cards what they have voted for', async () => {
  const who = await world.api.signUp();
  const [first] = videos;
  await world.api.as(who, 'POST', `/api/public/videos/${first?.videoId}/vote`);
  const { page } = await world.person();
  await page.goto(url('/videos'));
  await page.getByRole('button', { name: 'Votar Beto Ríos' }).click();
  const dialog = page.getByRole('dialog', { name: 'Crea tu cuenta y vota' });
  await dialog.getByRole('button', { name: 'Entrar', exact: true }).click();
  await page.getByRole('dialog', { name: 'Entra para votar' }).waitFor();
  await fillSignIn(page, who);
  await page.getByRole('button', { name: 'Ya votaste Beto Ríos' }).waitFor();
  await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
});

const STORAGES = {
  forbids: `for (const name of ['localStorage', 'sessionStorage'])
    Object.defineProperty(window, name, { get() { throw new DOMException('no', 'SecurityError'); } });`,
  'is full of': `Storage.prototype.setItem = () => { throw new DOMException('no', 'QuotaExceededError'); };`,
};

test.each(Object.keys(STORAGES) as (keyof typeof STORAGES)[])(
  'a browser that %s storage still lets people vote',
  async (how) => {
    const who = await world.api.signUp();
    const { page } = await world.person();
    await page.addInitScript(STORAGES[how]);
    await page.goto(url(`/videos/${videos[0]?.videoId}`));
    await page.getByRole('button', { name: 'Votar Mateo Ríos' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Entrar', exact: true }).click();
    await fillSignIn(page, who);
    await page.getByRole('button', { name: 'Ya votaste Mateo Ríos' }).waitFor();
  },
);
