import { generateKeyPairSync } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@anb/embedded/ports';
import { startGateway } from '@anb/local-gateway';
import { openBrowser, phone } from '@anb/testing/browser';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { type Trouble, watchPage } from '@anb/testing/page-watch';
import type { Browser, Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { PASSWORD } from '../api.ts';
import { killServices, startService } from '../service.ts';

const SITE_KEY = 'site-key';
const SECRET = 'provider-secret';
/** As Turnstile's: `render` puts the widget there, which calls back with a response. */
const SCRIPT = `
window.turnstile = { render(place, { sitekey, callback }) {
  const button = document.createElement('button');
  button.textContent = 'Soy una persona';
  button.onclick = () => callback('solved:' + sitekey);
  place.append(button);
} };`;

let database: TestDatabase;
let browser: Browser;
let provider: Server;
let gateway: Server;
let url: string;
let providerUrl: string;
const folder = mkdtempSync(join(tmpdir(), 'anb-challenge-'));

let page: Page;
let troubles: Trouble[];
/** What browsers asked the provider for. */
let asked: string[];
/** Whether the provider takes what its widget gave. */
let isTaken: boolean;

beforeAll(async () => {
  database = await createTestDatabase();
  provider = createServer(async (request, response) => {
    const path = request.url ?? '';
    if (path === '/siteverify') {
      const form = new URLSearchParams(Buffer.concat(await Array.fromAsync(request)).toString());
      const isRight = form.get('secret') === SECRET && form.get('response') === `solved:${SITE_KEY}`;
      return response.end(JSON.stringify({ success: isTaken && isRight }));
    }
    asked.push(path);
    response.setHeader('content-type', 'text/javascript').end(SCRIPT);
  }).listen(0, '127.0.0.1');
  await once(provider, 'listening');
  providerUrl = `http://127.0.0.1:${(provider.address() as AddressInfo).port}`;

  const [port = 0] = await freePorts(1);
  url = `http://127.0.0.1:${port}`;
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const keys = join(folder, 'keys');
  mkdirSync(keys);
  writeFileSync(join(keys, 'signing-key.pem'), privateKey.export({ type: 'pkcs8', format: 'pem' }));
  writeFileSync(join(folder, 'secret'), SECRET);
  const common = { DATABASE_URL: database.url('anb_auth'), PUBLIC_URL: url, LOG_LEVEL: 'warn' };
  const [auth, portal] = await Promise.all([
    startService('auth', {
      ...common,
      SIGNING_KEYS_DIR: keys,
      CHALLENGE_VERIFY_URL: `${providerUrl}/siteverify`,
      CHALLENGE_SECRET_FILE: join(folder, 'secret'),
    }),
    startService('portal', {
      ...common,
      ...{ VOTES_URL: 'http://127.0.0.1:9', VIDEOS_URL: 'http://127.0.0.1:9' },
      ...{ CHALLENGE_SCRIPT_URL: `${providerUrl}/api.js`, CHALLENGE_SITE_KEY: SITE_KEY },
    }),
  ]);
  await Promise.all([auth.untilReady(), portal.untilReady()]);
  const away = 'http://127.0.0.1:9';
  gateway = await startGateway({
    ...{ host: '127.0.0.1', port, storeUrl: away },
    services: { auth: auth.url, portal: portal.url, videos: away, votes: away },
  });
  browser = await openBrowser();
}, 120_000);

afterAll(async () => {
  await browser?.close();
  gateway?.close().closeAllConnections();
  provider.close().closeAllConnections();
  killServices();
  await database.drop();
  rmSync(folder, { recursive: true });
});

beforeEach(async () => {
  [asked, isTaken] = [[], true];
  page = await browser.newPage(phone);
  // The refusals are what this is about; the list of cities is away, and so is where a newcomer goes on to.
  troubles = watchPage(page, { origin: url, allow: [/status of (400|403|503)/, new RegExp(providerUrl)] });
});
afterEach(async () => {
  await page.context().close();
  expect(troubles).toEqual([]);
});

async function signUp() {
  await page.goto(`${url}/registrarse?destino=/privacidad`);
  const answers = {
    Nombre: 'Ana',
    Apellido: 'Ríos',
    Ciudad: 'Cali',
    'Correo electrónico': `${Date.now()}@example.com`,
    Contraseña: PASSWORD,
    'Repite la contraseña': PASSWORD,
  };
  for (const [label, answer] of Object.entries(answers))
    await page.getByLabel(label, { exact: true }).fill(answer);
  await page.getByLabel('Acepto los términos').check();
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
}

const solve = () => page.getByRole('button', { name: 'Soy una persona' }).click();

test('a challenge is shown when it is asked for, and the sign-up goes on', async () => {
  await signUp();
  expect(await page.getByRole('dialog').getByRole('heading').innerText()).toMatch(/eres una persona/i);
  await solve();
  await page.waitForURL(`${url}/privacidad`);
  expect(asked).toEqual(['/api.js']);
  const [{ count } = { count: 0 }] = await database.admin`
    select count(*)::int from auth.users where accepted_terms_at is not null`;
  expect(count).toBe(1);
});

test('what the provider does not take is said, and can be tried again', async () => {
  isTaken = false;
  await signUp();
  await solve();
  await page.getByRole('alert').getByText('No pudimos comprobar').waitFor();
  isTaken = true;
  await page.getByRole('button', { name: 'Crear cuenta' }).click();
  await solve();
  await page.waitForURL(`${url}/privacidad`);
});

test('whoever closes it is where they were', async () => {
  await signUp();
  await page.getByRole('dialog').waitFor();
  await page.keyboard.press('Escape');
  await page.getByRole('alert').waitFor();
  expect(await page.getByLabel('Apellido', { exact: true }).inputValue()).toBe('Ríos');
});

test('nothing of the provider is loaded before, though the policy lets it', async () => {
  const answer = await page.goto(`${url}/entrar`);
  const policy = answer?.headers()['content-security-policy'] ?? '';
  for (const directive of ['script-src', 'connect-src', 'frame-src'])
    expect(policy).toMatch(new RegExp(`${directive} [^;]*${providerUrl}(;| |$)`));
  expect(policy).not.toMatch(new RegExp(`(default|style|img|media|font)-src [^;]*${providerUrl}`));
  expect(asked).toEqual([]);
});
