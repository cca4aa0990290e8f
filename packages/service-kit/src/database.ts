import postgres from 'postgres';

/** The pool and a transaction alike; functions of a store take it first. */
export type { ISql, Sql } from 'postgres';

export interface DatabaseOptions {
  url: string;
  max: number;
  /** Shown in pg_stat_activity. */
  applicationName: string;
  /** Sees every statement; tests count them. */
  onQuery?: (query: string) => void;
}

/** Connects on first use, and again after an outage by itself. */
export function openDatabase({ url, max, applicationName, onQuery }: DatabaseOptions) {
  return postgres(url, {
    max,
    connect_timeout: 5,
    idle_timeout: 60,
    // A short ceiling, so that a database that hangs turns into an error the caller can answer.
    connection: { application_name: applicationName, statement_timeout: 15_000 },
    // Retry soon: the default backs off up to 20 s and every request waits for it.
    backoff: () => 0.5,
    onnotice: () => {},
    ...(onQuery && { debug: (_connection, query) => onQuery(query) }),
  });
}
