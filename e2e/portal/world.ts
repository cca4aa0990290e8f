import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import { axeViolations } from '@anb/testing/accessibility';
import { openBrowser, phone } from '@anb/testing/browser';
import { noteSecrets } from '@anb/testing/logs';
import { type Trouble, watchPage } from '@anb/testing/page-watch';
import type { Browser, BrowserContext, BrowserContextOptions, Page } from 'playwright-core';
import { expect } from 'vitest';
import { Api, PASSWORD, type TestPlayer } from '../api.ts';
import { makeDataDir, type RunningStack, startStack } from '../stack.ts';

/** Somebody with a browser. */
export interface Person {
  page: Page;
  context: BrowserContext;
  /** What each of their pages did that no page may. */
  troubles: Trouble[][];
  /** Troubles that the test brings about. */
  allow: RegExp[];
}

export interface PersonOptions extends BrowserContextOptions {
  /** Who is signed in; nobody when left out. */
  as?: TestPlayer;
  role?: 'player' | 'organiser';
  /** Troubles that the test brings about. */
  allow?: RegExp[];
}

/** The whole system, and browsers that look at it. */
export class World {
  readonly stack: RunningStack;
  readonly api: Api;
  readonly dataDir: string;
  /** A short clip, as a phone would take it. */
  readonly clipFile: string;
  readonly #browser: Browser;
  readonly #people: Person[] = [];
  readonly #remove: () => void;

  private constructor(
    stack: RunningStack,
    browser: Browser,
    { path, remove }: { path: string; remove: () => void },
  ) {
    this.stack = stack;
    this.api = new Api(stack.url);
    this.dataDir = path;
    this.clipFile = join(path, 'clip.mp4');
    this.#browser = browser;
    this.#remove = remove;
  }

  static async open(env: Record<string, string> = {}): Promise<World> {
    const folder = makeDataDir();
    const [stack, browser] = await Promise.all([startStack(folder.path, env), openBrowser()]);
    const world = new World(stack, browser, folder);
    await makeClip(findFfmpeg().ffmpeg, 'small', world.clipFile, { seconds: 3 });
    return world;
  }

  async close(): Promise<void> {
    await this.#browser.close();
    await this.stack.stop();
    this.#remove();
  }

  /** A browser of their own: a phone's, in Colombia, unless told otherwise. */
  async person({ as, role = 'player', allow = [], ...options }: PersonOptions = {}): Promise<Person> {
    const storageState = as && (await this.#signedIn(as, role));
    const context = await this.#browser.newContext({
      ...phone,
      ...options,
      ...(storageState && { storageState }),
    });
    const person: Person = { context, troubles: [], allow, page: await context.newPage() };
    this.#people.push(person);
    this.#watch(person.page, person);
    return person;
  }

  /** In the same browser. */
  async anotherPage(person: Person): Promise<Page> {
    const page = await person.context.newPage();
    this.#watch(page, person);
    return page;
  }

  #watch(page: Page, { troubles, allow }: Person): void {
    page.setDefaultTimeout(15_000);
    troubles.push(watchPage(page, { origin: this.stack.url, allow }));
  }

  /** Closes all browsers. @returns what was wrong with their pages */
  async leave(): Promise<Trouble[]> {
    const people = this.#people.splice(0);
    await Promise.all(people.map(({ context }) => context.close()));
    return people.flatMap(({ troubles }) => troubles.flat());
  }

  /** What a browser keeps of a session. */
  async #signedIn({ email }: TestPlayer, role: string): Promise<BrowserContextOptions['storageState']> {
    const { url } = this.stack;
    const answer = await this.api.send('POST', '/api/auth/login', {
      body: { email, password: PASSWORD, refresh_cookie: true },
      headers: { origin: url },
    });
    const { sub } = JSON.parse(String(Buffer.from(answer.body.access_token.split('.')[1], 'base64url')));
    const cookies = answer.headers.getSetCookie().map((line) => {
      const [pair = '', ...attributes] = line.split('; ');
      const [name = '', value = ''] = pair.split('=');
      const path = attributes.find((each) => each.startsWith('Path='))?.slice(5) ?? '/';
      noteSecrets(value);
      return {
        ...{ name, value, path, domain: new URL(url).hostname, expires: -1 },
        ...{ httpOnly: true, secure: false, sameSite: 'Lax' as const },
      };
    });
    const localStorage = [{ name: 'anb.session', value: `${role} ${sub}` }];
    return { cookies, origins: [{ origin: url, localStorage }] };
  }

  /** A player whose clip is open for voting. */
  async contender(details: Record<string, string> = {}, title = 'Mi mejor jugada') {
    const player = await this.api.signUp(details);
    const clip = new Uint8Array(await readFile(this.clipFile));
    const videoId = await this.api.upload(player, clip, { title, is_public: 'true' });
    return { player, videoId };
  }
}

/** Until what scripts bring to life is alive: Preact notes in a place what it shows there. */
export const untilAlive = (page: Page) =>
  expect
    .poll(() =>
      page.evaluate(`[...document.querySelectorAll('[data-island]')].every((place) => '__k' in place)`),
    )
    .toBe(true);

/** 767 and 768: where the layout changes. */
const WIDTHS = [320, 375, 767, 768, 1440];

/** Axe finds nothing on it, in the dark and in the light, and from a small phone to a desktop it never scrolls sideways. */
export async function expectNoBarrier(page: Page): Promise<void> {
  for (const colorScheme of ['dark', 'light'] as const) {
    await page.emulateMedia({ colorScheme });
    expect([colorScheme, ...(await axeViolations(page))]).toEqual([colorScheme]);
  }
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 800 });
    expect([width, await sideways(page)]).toEqual([width, 0]);
  }
}

/** How far a page can be scrolled sideways, in pixels. */
const sideways = (page: Page): Promise<number> =>
  page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
