import { readVote } from './records.ts';
import { batches, type Run } from './run.ts';
import { storeVotes } from './store.ts';

const BATCH = 5000;

export async function importVotes(run: Run): Promise<void> {
  const { votes: counts } = run.counts;
  for await (const votes of batches(run, 'votes', BATCH, readVote)) {
    const { recorded, refused } = await run.inBatch((owner) => storeVotes(owner, run.source, votes));
    counts.recorded += recorded;
    counts.refused += refused.length;
    counts.known += votes.length - recorded - refused.length;
    for (const { line, reason } of refused) {
      await run.report.add({ kind: 'votes', line, id: '', outcome: 'refused', reason });
    }
  }
}
