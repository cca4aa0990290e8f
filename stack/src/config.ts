import { resolve } from 'node:path';
import { count, flag, origin, origins, port, readEnv, text, url } from '@anb/service-kit/env';
import { logLevel } from '@anb/service-kit/service-env';

const root = resolve(import.meta.dirname, '../..');

export const readConfig = () =>
  readEnv({
    /** Of the gateway; 0 takes a free one. */
    PORT: port().default(8080),
    DATA_DIR: text()
      .default('.data')
      .transform((path) => resolve(root, path)),
    /** How browsers reach the gateway; by default http://127.0.0.1:PORT. */
    PUBLIC_URL: origin().optional(),
    /** Where a CDN stands; by default {PUBLIC_URL}/media. */
    MEDIA_BASE_URL: url().optional(),
    /** The gateway is one; 2 with a proxy before it. */
    TRUSTED_PROXY_HOPS: count(0, 5).default(1),
    /** Of a page under development, say; each exactly as the browser names it. */
    CORS_ORIGINS: origins().default([]),
    /** Whether only votes of verified e-mail addresses count. */
    VOTE_NEEDS_VERIFIED_EMAIL: flag().default(false),
    LOG_LEVEL: logLevel(),
    /** Transcoder processes. */
    TRANSCODERS: count(0, 16).default(1),
    VISIBILITY_SECONDS: count(3, 600).default(30),
  });

export type Config = ReturnType<typeof readConfig>;
