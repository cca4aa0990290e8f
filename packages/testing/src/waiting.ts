import type { Sql } from '@anb/service-kit/database';
import { vi } from 'vitest';

/** Until so many statements of the database wait for a lock. */
export const untilWaiting = (admin: Sql, count: number) =>
  vi.waitFor(
    async () => {
      const [row] = await admin<{ waiting: number }[]>`
        select count(*)::integer as waiting from pg_stat_activity
        where datname = current_database() and wait_event_type = 'Lock'`;
      if ((row?.waiting ?? 0) < count) throw new Error(`${row?.waiting} of ${count} wait`);
    },
    { timeout: 8000, interval: 10 },
  );
