import type { ISql } from '@anb/service-kit/database';
import type { ObjectStore } from '@anb/service-kit/objects';
import type { Kind } from './columns.ts';
import type { Counts } from './counts.ts';
import type { Dump } from './dump.ts';
import type { Report } from './report.ts';
import type { Row } from './row.ts';

/** Where the originals are, and where they go. */
export interface Media {
  folder: string;
  objects: ObjectStore;
}

/** What every kind's import needs. */
export interface Run {
  dump: Dump;
  /** The older contest's name; ids of two contests may be the same. */
  source: string;
  report: Report;
  media?: Media | undefined;
  /** Whether people are given the account of their e-mail though it never verified that. */
  mergesUnverified: boolean;
  /** Kept up while it goes on. */
  counts: Counts;
  /** Nothing goes to the store, for it could not be undone. */
  isRehearsal: boolean;
  /** Writes a batch: in a transaction of its own, or in one of all that is undone. */
  inBatch: <T>(work: (owner: ISql) => Promise<T>) => Promise<T>;
}

/**
 * The usable rows of a kind, so many at a time; of the others the report tells what is wrong with them. Of rows with
 * one id the first is usable: which of them is meant only the dump's owner knows.
 */
export async function* batches<T>(
  { dump, report, counts }: Run,
  kind: Kind,
  size: number,
  read: (row: Row) => T,
): AsyncGenerator<T[]> {
  const lineOf = new Map<string, number>();
  let batch: T[] = [];
  for await (const row of dump.rows(kind)) {
    counts[kind].read++;
    const value = read(row);
    const { line, problems, mended } = row;
    const id = row.raw('id');
    const earlier = lineOf.get(id);
    if (earlier !== undefined) problems.push(`its id is that of line ${earlier}`);
    if (problems.length > 0) {
      counts[kind].refused++;
      await report.add({ kind, line, id, outcome: 'refused', reason: problems.join('; ') });
      continue;
    }
    if (id) lineOf.set(id, line);
    if (mended.length > 0) {
      await report.add({ kind, line, id, outcome: 'mended', reason: `changed: ${mended.join(', ')}` });
    }
    batch.push(value);
    if (batch.length < size) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
