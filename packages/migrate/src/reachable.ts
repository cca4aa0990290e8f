import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import { explainDatabaseError } from '@anb/service-kit/database-problem';
import { isDependencyAway } from '@anb/service-kit/errors';

const MAX_PAUSE_MS = 5000;

export interface Reach {
  sql: Sql;
  seconds: number;
  report: (line: string) => void;
}

/**
 * Tries for so many seconds, with growing pauses, while the server does not answer: both may just have started.
 * @throws what the server said otherwise, at once
 */
export async function untilReachable({ sql, seconds, report }: Reach): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  for (let pauseMs = 500; ; pauseMs = Math.min(pauseMs * 2, MAX_PAUSE_MS)) {
    try {
      await sql`select 1`;
      return;
    } catch (error) {
      if (!mayPass(error) || performance.now() + pauseMs > deadline) throw error;
      report(`${explainDatabaseError(error, sql) ?? error} Trying again in ${pauseMs / 1000} s.`);
    }
    await sleep(pauseMs);
  }
}

/** A wrong password is away only to a service that has seen a right one. */
const mayPass = (error: unknown) => isDependencyAway(error) && (error as { code?: string }).code !== '28P01';
