import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import { DatabaseClock } from '@anb/service-kit/database-clock';
import { InvalidEnvironment } from '@anb/service-kit/env';
import { unavailable } from '@anb/service-kit/errors';
import type { Logger } from '@anb/service-kit/log';
import type { Session } from '@anb/service-kit/session';
import type { JWK } from 'jose';
import { readKeyFolder } from './key-folder.ts';
import { HOW_TO_MAKE_ONE, type SigningKey } from './signing-key.ts';
import { type KnownKey, knownKeys, noteUse, publishKeys, retireSuperseded } from './store/keys.ts';
import { ACCESS_TOKEN_SECONDS, signToken, type TokenSigner } from './tokens.ts';

export interface KeyRingOptions {
  sql: Sql;
  log: Logger;
  issuer: string;
  audience: string;
  /** Of private keys in PEM; files may come and go. */
  folder: string;
  /** How long a key is published before it signs: longer than anybody keeps an older list. */
  waitSeconds: number;
}

const POLL_MS = 1000;
const NOTE_MS = 60_000;
/** As long as ended sessions are remembered. */
const UNUSED_SECONDS = ACCESS_TOKEN_SECONDS + 300;

/**
 * The keys that this replica signs with, read anew every second. A key's life, by the database's clock:
 *
 *   published    a replica has found its file: every service can check what it will sign
 *   signing      it is the newest that has been published for `waitSeconds`; the oldest, where none has been
 *   superseded   a newer one signs; what this one has signed holds
 *   retired      nothing that it signed lives any more, or an operator said so; it never signs again
 *
 * A replica that still lacks the newer key's file goes on with the older one, and notes it, which keeps that from
 * being retired.
 */
export class KeyRing implements TokenSigner {
  readonly #options: KeyRingOptions;
  readonly #stop = new AbortController();
  #held = new Map<string, SigningKey>();
  #published: JWK[] = [];
  #current: SigningKey | undefined;
  #notedAt = -Infinity;
  readonly #clock = new DatabaseClock();
  #complaints: string[] = [];
  #polling: Promise<void> | undefined;

  constructor(options: KeyRingOptions) {
    this.#options = options;
  }

  /**
   * Waits until the keys are published.
   * @throws InvalidEnvironment when there is none in the folder
   */
  async start(): Promise<void> {
    const { folder, log } = this.#options;
    const { keys, passedOver } = await readKeyFolder(folder);
    if (keys.length === 0) {
      const found = passedOver.map(({ file, reason }) => `${file}: ${reason}`).join(' ') || 'It is empty.';
      throw new InvalidEnvironment([
        `SIGNING_KEYS_DIR: there is no signing key in ${folder}. ${found} ${HOW_TO_MAKE_ONE}`,
      ]);
    }
    while (!this.#stop.signal.aborted) {
      const failure = await this.#refresh().catch((error) => error);
      if (!failure) break;
      log.info({ err: failure }, 'waiting to publish the signing keys');
      await this.#pause();
    }
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  readonly publicKeys = () => this.#published;

  readonly requireKey = () => {
    if (!this.#current || !this.#clock.isKnown) throw unavailable();
    return this.#current;
  };

  readonly sign = async (session: Session) => {
    const { issuer, audience } = this.#options;
    const key = this.requireKey();
    const now = Math.floor(this.#clock.now() / 1000);
    return signToken(key, session, { issuer, audience, now });
  };

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause();
      if (this.#stop.signal.aborted) return;
      await this.#refresh().catch((error: Error) =>
        this.#complain([`signing keys not read, going on with the last: ${error.message}`]),
      );
    }
  }

  async #refresh(): Promise<void> {
    const { sql, log } = this.#options;
    const complaints = await this.#readFolder();
    let known = await this.#readKnown();
    const unknown = [...this.#held.values()].filter(({ kid }) => !known.some((key) => key.kid === kid));
    if (unknown.length > 0) {
      await publishKeys(sql, unknown);
      log.info({ kids: unknown.map(({ kid }) => kid) }, 'signing keys published');
      known = await this.#readKnown();
    }
    this.#published = known.filter(isOpen).map(({ public_jwk }) => public_jwk);
    await this.#choose(known);
    const retired = await retireSuperseded(sql, UNUSED_SECONDS);
    if (retired.length > 0) log.info({ kids: retired }, 'signing keys retired');

    const held = known.filter(({ kid }) => this.#held.has(kid));
    for (const { kid } of held.filter((key) => !isOpen(key)))
      complaints.push(`the signing key ${kid} is retired: its file can go`);
    if (!held.some(isOpen))
      complaints.push('there is no key to sign with: nobody can sign in; add a new one');
    this.#complain(complaints);
  }

  /** Without a single key the last ones stay: somebody has slipped. */
  async #readFolder(): Promise<string[]> {
    const { folder } = this.#options;
    const { keys, passedOver } = await readKeyFolder(folder);
    if (keys.length === 0) return [`no signing key is left in ${folder}, going on with the last`];
    this.#held = new Map(keys.map((key) => [key.kid, key]));
    return passedOver.map(({ file, reason }) => `${file} is passed over: ${reason}`);
  }

  async #readKnown(): Promise<KnownKey[]> {
    const askedAt = performance.now();
    const known = await knownKeys(this.#options.sql);
    if (known[0]) this.#clock.read(known[0].now, askedAt);
    return known;
  }

  /** What it is to sign with is noted first, so that it can not be retired meanwhile. */
  async #choose(known: KnownKey[]): Promise<void> {
    const { sql, log, waitSeconds } = this.#options;
    const key = keyToSignWith(known, this.#held, waitSeconds);
    const isNew = key?.kid !== this.#current?.kid;
    if (key && (isNew || performance.now() - this.#notedAt > NOTE_MS)) {
      const isNoted = await noteUse(sql, key.kid);
      this.#notedAt = performance.now();
      const what = this.#current ? 'signing with another key' : 'signing with key';
      if (isNew && isNoted) log.info({ kid: key.kid }, what);
      this.#current = isNoted ? key : undefined;
    } else this.#current = key;
  }

  /** Once, and again when it was over meanwhile. */
  #complain(complaints: string[]): void {
    for (const complaint of complaints)
      if (!this.#complaints.includes(complaint)) this.#options.log.warn(complaint);
    this.#complaints = complaints;
  }

  async #pause(): Promise<void> {
    await sleep(POLL_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}

const isOpen = ({ retired_at }: KnownKey) => retired_at === null;

/** Of the known keys, the newest first: which of the held ones signs. */
function keyToSignWith(known: KnownKey[], held: Map<string, SigningKey>, waitSeconds: number) {
  const usable = known.filter((key) => isOpen(key) && held.has(key.kid));
  const chosen = usable.find(({ age }) => age >= waitSeconds) ?? usable.at(-1);
  return chosen && held.get(chosen.kid);
}
