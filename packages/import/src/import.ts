import type { Sql } from '@anb/service-kit/database';
import { type Counts, noCounts } from './counts.ts';
import { importPeople } from './people.ts';
import type { Run } from './run.ts';
import { asOwner, forgetDeleted, prepareSchema } from './store.ts';
import { importVideos } from './videos.ts';
import { importVotes } from './votes.ts';

export interface ImportOptions
  extends Pick<Run, 'dump' | 'source' | 'report' | 'media' | 'mergesUnverified'> {
  sql: Sql;
  counts?: Counts;
}

/**
 * Takes users, videos and votes of an older contest over. Broken off, it goes on when it is run again: each batch is
 * committed together with what makes it known.
 */
export function importContest(options: ImportOptions): Promise<Counts> {
  return runAll({ ...options, isRehearsal: false, inBatch: (work) => asOwner(options.sql, work) });
}

/** Does all of it but for the files, in one transaction, and undoes it. */
export async function rehearseImport(options: ImportOptions): Promise<Counts> {
  const { counts = noCounts() } = options;
  const undone = new Error('undone');
  await asOwner(options.sql, async (owner) => {
    await runAll({ ...options, counts, isRehearsal: true, inBatch: (work) => work(owner) });
    throw undone;
  }).catch((error: unknown) => {
    if (error !== undone) throw error;
  });
  return counts;
}

async function runAll(given: Omit<Run, 'counts'> & { counts?: Counts }): Promise<Counts> {
  const run = { ...given, counts: given.counts ?? noCounts() };
  await run.inBatch(prepareSchema);
  await run.inBatch(forgetDeleted);
  await importPeople(run);
  await importVideos(run);
  await importVotes(run);
  return run.counts;
}
