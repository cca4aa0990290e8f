import { hash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { type CryptoKey, errors, importJWK, type JWK, jwtVerify } from 'jose';
import { LRUCache } from 'lru-cache';
import type { Sql } from './database.ts';
import { DatabaseClock } from './database-clock.ts';
import { ApiError, unauthorized, unavailable } from './errors.ts';
import type { Logger } from './log.ts';

/** Who asks: the account and the session that the access token names. */
export interface Session {
  userId: number;
  sessionId: string;
  role: string;
}

export interface SessionEnv {
  Bindings: HttpBindings;
  Variables: { session: Session; requestId: string; clientAddress: string };
}

/**
 * Tells whose access token this is, or null when it is none that holds now.
 * @throws ApiError 503 when its key is unknown and auth's keys could not be read lately: it may be a new one
 */
export type VerifyToken = (token: string) => Promise<Session | null>;

/** Seconds that an access token is good for; a session that has ended is remembered for longer. */
export const ACCESS_TOKEN_SECONDS = 3600;

export interface SessionCheckOptions {
  sql: Sql;
  log: Logger;
  issuer: string;
  audience: string;
}

interface Verified {
  session: Session;
  kid: string;
  /** Seconds, by the database's clock. */
  expiresAt: number;
}

const POLL_MS = 1000;
/** Keys are published long before they sign, so who has read them so lately knows every one in use. */
const FRESH_MS = 3000;
/** A transaction that ends sessions may commit so much later than the time that it noted. */
const LATE_COMMIT_MS = 60_000;
/** As long as auth.ended_session shows them. */
const REMEMBER_ENDED_MS = 65 * 60_000;
const REMEMBERED_TOKENS = 50_000;
/** Two readings of the database's clock differ by less. */
const LEEWAY_SECONDS = 5;

/**
 * Checks access tokens against auth's published keys and ended sessions. Both are read from auth's views
 * every second and kept while the database is away, so that a sign-in check never waits for it. Time is the
 * database's, so that no machine's own clock matters.
 */
export class SessionCheck {
  readonly #options: SessionCheckOptions;
  readonly #stop = new AbortController();
  #keys = new Map<string, CryptoKey | Uint8Array>();
  /** By id, when they ended; the latest last, but for late commits. */
  readonly #ended = new Map<string, number>();
  /** By the token's hash: a signature is checked once, and no token lies in memory. */
  readonly #verified = new LRUCache<string, Verified>({ max: REMEMBERED_TOKENS });
  #endedLast: Date | null = null;
  #readAt = -Infinity;
  readonly #clock = new DatabaseClock();
  #polling: Promise<void> | undefined;

  constructor(options: SessionCheckOptions) {
    this.#options = options;
  }

  /** Waits for the first read: a service that knows no key or no ended session must not answer yet. */
  async start(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const failure = await this.#read();
      if (!failure) break;
      this.#options.log.info({ err: failure }, 'waiting for the published keys');
      await this.#pause();
    }
    this.#polling = this.#poll();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#polling;
  }

  readonly verify: VerifyToken = async (token) => {
    const tokenHash = hash('sha256', token, 'base64');
    let verified = this.#verified.get(tokenHash);
    if (!verified) {
      verified = await this.#checkSignature(token);
      if (!verified) return null;
      this.#verified.set(tokenHash, verified);
    }
    const { session, kid, expiresAt } = verified;
    if (this.#now() < expiresAt && this.#keys.has(kid) && !this.#ended.has(session.sessionId)) return session;
    this.#verified.delete(tokenHash);
    return null;
  };

  async #checkSignature(token: string): Promise<Verified | undefined> {
    try {
      const { payload, protectedHeader } = await jwtVerify(token, ({ kid }) => this.#key(kid), {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: this.#options.issuer,
        audience: this.#options.audience,
        requiredClaims: ['sub', 'sid', 'role', 'exp', 'iat'],
        currentDate: new Date(this.#now() * 1000),
      });
      const { sub, sid, role, exp = 0, iat = 0 } = payload;
      // One that lived on after its session is forgotten could be used again.
      const isBounded = exp - iat <= ACCESS_TOKEN_SECONDS && iat < this.#now() + LEEWAY_SECONDS;
      if (
        !isBounded ||
        !/^[1-9]\d{0,9}$/.test(sub ?? '') ||
        typeof sid !== 'string' ||
        typeof role !== 'string'
      )
        return undefined;
      const session = { userId: Number(sub), sessionId: sid, role };
      return { session, kid: protectedHeader.kid ?? '', expiresAt: exp };
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey && performance.now() - this.#readAt > FRESH_MS)
        throw unavailable();
      if (error instanceof errors.JOSEError) return undefined;
      throw error;
    }
  }

  #key(kid: string | undefined): CryptoKey | Uint8Array {
    const key = kid === undefined ? undefined : this.#keys.get(kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  /** Seconds. */
  #now(): number {
    return this.#clock.now() / 1000;
  }

  async #read(): Promise<unknown> {
    const { sql } = this.#options;
    const since = this.#endedLast && new Date(this.#endedLast.getTime() - LATE_COMMIT_MS);
    const askedAt = performance.now();
    try {
      const [keys, ended] = await Promise.all([
        sql<{ kid: string; public_jwk: JWK; now: Date }[]>`
          select kid, public_jwk, clock_timestamp() as now from auth.public_key`,
        sql<{ id: string; ended_at: Date }[]>`
          select id, ended_at from auth.ended_session
          ${since ? sql`where ended_at > ${since}` : sql``}
          order by ended_at`,
      ]);
      if (keys[0]) this.#clock.read(keys[0].now, askedAt);
      else if (this.#readAt === -Infinity) return new Error('auth has published no key yet');
      await this.#takeKeys(keys);
      this.#takeEnded(ended);
      this.#readAt = askedAt;
      return undefined;
    } catch (error) {
      return error;
    }
  }

  async #takeKeys(published: { kid: string; public_jwk: JWK }[]): Promise<void> {
    const imported = await Promise.all(
      published.map(async ({ kid, public_jwk }) => {
        return [kid, this.#keys.get(kid) ?? (await importJWK(public_jwk, 'ES256'))] as const;
      }),
    );
    this.#keys = new Map(imported);
  }

  #takeEnded(ended: { id: string; ended_at: Date }[]): void {
    for (const { id, ended_at } of ended) {
      this.#ended.set(id, ended_at.getTime());
      if (!this.#endedLast || ended_at > this.#endedLast) this.#endedLast = ended_at;
    }
    const forgotten = this.#clock.now() - REMEMBER_ENDED_MS;
    for (const [id, endedAt] of this.#ended) {
      if (endedAt >= forgotten) break;
      this.#ended.delete(id);
    }
  }

  async #poll(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      await this.#pause();
      const failure = this.#stop.signal.aborted ? undefined : await this.#read();
      if (failure)
        this.#options.log.warn({ err: failure }, 'keys and ended sessions not read; going on with the last');
    }
  }

  async #pause(): Promise<void> {
    await sleep(POLL_MS, undefined, { signal: this.#stop.signal, ref: false }).catch(() => {});
  }
}

const bearer = (header: string | undefined) => header?.match(/^Bearer ([\w.~+/-]+=*)$/i)?.[1];

/** Lets only a signed-in caller through and tells the route who it is. */
export function requireSession(verify: VerifyToken): MiddlewareHandler<SessionEnv> {
  return async function checkSession(c, next) {
    const token = bearer(c.req.header('authorization'));
    const session = token ? await verify(token) : null;
    if (!session) throw unauthorized();
    c.set('session', session);
    await next();
  };
}

/** Behind `requireSession`: lets only organisers through. */
export function requireOrganiser(): MiddlewareHandler<SessionEnv> {
  return async function checkRole(c, next) {
    if (c.get('session').role !== 'organiser') {
      throw new ApiError(403, 'organisers_only', 'Only organisers of the contest may do this.');
    }
    await next();
  };
}
