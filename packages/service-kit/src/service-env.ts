import {
  choice,
  count,
  databaseUrl,
  file,
  filledFile,
  origin,
  origins,
  port,
  seconds,
  text,
  url,
} from './env.ts';

export const logLevel = () =>
  choice('trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent').default('info');

/** What every HTTP service reads. */
export const serviceEnv = {
  /** All addresses, IPv4 and IPv6, when not set. */
  HOST: text().optional(),
  PORT: port().default(8080),
  OPS_PORT: port().default(9090),
  LOG_LEVEL: logLevel(),
  /** After SIGTERM: how long requests are still taken, while kept-alive clients are sent to other pods. */
  DRAIN_SECONDS: seconds(0, 300).default(0),
  /** Proxies of ours that a request passes, each of which appends to X-Forwarded-For: 1 behind a load balancer. */
  TRUSTED_PROXY_HOPS: count(0, 5).default(0),
};

/** What the services of the API read besides. */
export const apiEnv = {
  /** Whose scripts may read the answers: other sites than PUBLIC_URL, exactly as a browser names them. */
  CORS_ORIGINS: origins().default([]),
};

/** A database, for a program that needs one connection. */
export const connectionEnv = {
  DATABASE_URL: databaseUrl(),
  /** Holds the password and wins over the URL's; read anew for every connection. */
  DATABASE_PASSWORD_FILE: file().optional(),
  /** PEM of more certificate authorities; Amazon RDS' are known. */
  DATABASE_CA_FILE: file().optional(),
};

export const databaseEnv = {
  ...connectionEnv,
  DATABASE_POOL: count(1, 100).default(10),
};

/** Who signs tokens and for whom, so that a token of another system is refused. */
export const tokenEnv = {
  TOKEN_ISSUER: text().default('anb-rising-stars'),
  TOKEN_AUDIENCE: text().default('anb-rising-stars'),
};

/** A bot challenge; none is asked for where these are not set. */
export const challengeEnv = {
  /** The provider's `siteverify`. */
  CHALLENGE_VERIFY_URL: url().optional(),
  /** Holds the secret that the provider gave for it; read anew each time. */
  CHALLENGE_SECRET_FILE: filledFile().optional(),
};
export const challengePair = ['CHALLENGE_VERIFY_URL', 'CHALLENGE_SECRET_FILE'] as const;

/** Credentials come from the AWS SDK's own chain; endpoints are set only for other S3 and SQS servers. */
export const objectsEnv = {
  AWS_REGION: text().default('us-east-1'),
  S3_BUCKET: text(),
  S3_ENDPOINT: url().optional(),
  /** Where browsers reach the store, when that is not S3_ENDPOINT. */
  S3_PUBLIC_ENDPOINT: url().optional(),
};

export const queueEnv = {
  SQS_QUEUE_URL: url(),
  SQS_ENDPOINT: url().optional(),
};

/** The public addresses that answers name. */
export const publicEnv = {
  PUBLIC_URL: origin(),
  MEDIA_BASE_URL: url().optional(),
};
