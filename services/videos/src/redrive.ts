import { type JobQueue, readMessage } from '@anb/service-kit/queue';

export interface Redriven {
  /** Sent to the transcode queue again. */
  moved: number;
  /** In a shape that no worker can read; they stay. */
  unreadable: number;
  /** False when time ran out before the dead letters did. */
  is_complete: boolean;
}

export const nothingMoved = (): Redriven => ({ moved: 0, unreadable: 0, is_complete: false });

/** Nobody else sees a dead letter for so long after it was looked at. */
const HIDDEN_SECONDS = 60;

/**
 * Moves dead letters back to the transcode queue. A message goes only after its copy was taken, so a crash doubles
 * one instead of losing it; the lease decides between the two. `redriven` is kept up to date for who asks what was
 * moved before it broke off.
 */
export async function redrive(
  deadLetters: JobQueue,
  queue: JobQueue,
  { withinMs = Number.POSITIVE_INFINITY, redriven = nothingMoved() } = {},
): Promise<Redriven> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    // A short poll asks only some of SQS' servers and may come back without what is there.
    const letter = await deadLetters.receive(1, HIDDEN_SECONDS);
    if (!letter) return Object.assign(redriven, { is_complete: true });
    const message = readMessage(letter.body);
    if (!message) {
      redriven.unreadable += 1;
      continue;
    }
    const sent = await queue.send([{ ...message, group: letter.group }]);
    if (sent.size === 0) throw new Error('SQS refused a message');
    redriven.moved += 1;
    await deadLetters.delete(letter.receipt);
  }
  return redriven;
}
