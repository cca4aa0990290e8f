import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, mkdirSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { desktop, phone } from '@anb/testing/browser';
import type { Page } from 'playwright-core';
import { makeOrganiser } from './organiser.ts';
import { portalPages } from './pages.ts';
import { World } from './world.ts';

/** Takes a picture of every page as phones and desktops show it, dark and light; the README's go to docs/images. */

const root = fileURLToPath(new URL('../../', import.meta.url));
const FOLDER = `${root}screenshots`;
const IN_README = [
  'home-desktop-dark',
  'home-phone-dark',
  'video-phone-light',
  'rankings-phone-dark',
  'dashboard-phone-light',
];
const screens = { phone, desktop };
const schemes = ['dark', 'light'] as const;

const say = (line: string) => process.stdout.write(`${line}\n`);

say('the system starts');
const world = await World.open({ TRANSCODERS: '2' });
try {
  say('the demo fills it: a minute');
  await fill();
  mkdirSync(FOLDER, { recursive: true });
  const { player, videoId } = await world.contender(
    { first_name: 'Luna', city: 'Cali' },
    'Gancho desde la esquina',
  );
  await world.api.finished(player, videoId);
  const organiser = await makeOrganiser(world);
  const people = { player, organiser };
  const [best] = (await world.api.send('GET', '/api/public/rankings')).body;
  for (const { name, path, as } of portalPages(best.video_id)) {
    for (const [screen, options] of Object.entries(screens)) {
      for (const colorScheme of schemes) {
        const person = await world.person({
          ...options,
          colorScheme,
          ...(as && { as: people[as], role: as }),
        });
        await picture(person.page, path, `${name}-${screen}-${colorScheme}`, screen === 'phone');
        for (const { kind, what } of await world.leave()) say(`  ${kind}: ${what}`);
      }
    }
    say(`  ${name}`);
  }
  for (const name of IN_README)
    copyFileSync(`${FOLDER}/${name}.jpg`, `${root}docs/images/portal-${name}.jpg`);
  say(`all of them: ${FOLDER}`);
} finally {
  await world.close();
}

async function fill(): Promise<void> {
  const demo = spawn(process.execPath, ['stack/src/demo/main.ts'], {
    cwd: root,
    env: { ...process.env, PUBLIC_URL: world.stack.url },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [code] = await once(demo, 'exit');
  if (code !== 0) throw new Error('the demo failed');
}

/** What is seen without scrolling. */
async function picture(page: Page, path: string, name: string, isPhone: boolean): Promise<void> {
  await page.goto(world.stack.url + path);
  await page.waitForLoadState('load');
  // For what islands ask for.
  await page.waitForTimeout(1200);
  await page.screenshot({
    path: `${FOLDER}/${name}.jpg`,
    type: 'jpeg',
    quality: 82,
    scale: isPhone ? 'device' : 'css',
  });
}
