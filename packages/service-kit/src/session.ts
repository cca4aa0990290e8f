import { setTimeout as sleep } from 'node:timers/promises';
import type { HttpBindings } from '@hono/node-server';
import type { MiddlewareHandler } from 'hono';
import { type CryptoKey, errors, importJWK, type JWK, jwtVerify } from 'jose';
import type { Sql } from './database.ts';
import { ApiError, unauthorized } from './errors.ts';
import type { Logger } from './log.ts';

/** Who asks: the account and the session that the access token names. */
export interface Session {
  userId: number;
  sessionId: string;
  role: string;
}

export interface SessionEnv {
  Bindings: HttpBindings;
  Variables: { session: Session; requestId: string };
}

/** Tells whose access token this is, or null when it is none that holds now. */
export type VerifyToken = (token: string) => Promise<Session | null>;

export interface SessionCheckOptions {
  sql: Sql;
  log: Logger;
  issuer: string;
  audience: string;
}

const POLL_MS = 1000;

/**
 * Checks access tokens against auth's published keys and ended sessions. Both are read from auth's views
 * every second and kept while the database is away, so that a sign-in check never waits for it.
 */
export class SessionCheck {
  readonly #options: SessionCheckOptions;
  readonly #stop = new AbortController();
  #keys = new Map<string, CryptoKey | Uint8Array>();
  #ended = new Set<string>();
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
    try {
      const { payload } = await jwtVerify(token, ({ kid }) => this.#key(kid), {
        algorithms: ['ES256'],
        typ: 'at+jwt',
        issuer: this.#options.issuer,
        audience: this.#options.audience,
        requiredClaims: ['sub', 'sid', 'role', 'exp', 'iat'],
      });
      const session = {
        userId: Number(payload.sub),
        sessionId: String(payload.sid),
        role: String(payload.role),
      };
      if (!Number.isSafeInteger(session.userId) || this.#ended.has(session.sessionId)) return null;
      return session;
    } catch (error) {
      if (error instanceof errors.JOSEError) return null;
      throw error;
    }
  };

  #key(kid: string | undefined): CryptoKey | Uint8Array {
    const key = kid === undefined ? undefined : this.#keys.get(kid);
    if (!key) throw new errors.JWKSNoMatchingKey();
    return key;
  }

  async #read(): Promise<unknown> {
    const { sql } = this.#options;
    try {
      const [keys, ended] = await Promise.all([
        sql<{ kid: string; public_jwk: JWK }[]>`select kid, public_jwk from auth.public_key`,
        sql<{ id: string }[]>`select id from auth.ended_session`,
      ]);
      if (keys.length === 0) return new Error('auth has published no key yet');
      const imported = await Promise.all(
        keys.map(async ({ kid, public_jwk }) => {
          return [kid, this.#keys.get(kid) ?? (await importJWK(public_jwk, 'ES256'))] as const;
        }),
      );
      this.#keys = new Map(imported);
      this.#ended = new Set(ended.map(({ id }) => id));
      return undefined;
    } catch (error) {
      return error;
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
