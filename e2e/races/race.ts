import { setTimeout as sleep } from 'node:timers/promises';

export interface Ballot {
  video: string;
  voter: { id: number; authorization: string };
}

/** A vote as it was answered: `200`, or the code of its refusal; times of one clock, in milliseconds. */
export interface Vote extends Ballot {
  startedAt: number;
  endedAt: number;
  answer: string;
}

export interface Race {
  /** Processes of votes, in turn. */
  urls: string[];
  ballots: Ballot[];
  /** Resolves when it is answered. */
  change: () => Promise<unknown>;
}

export type Raced = Awaited<ReturnType<typeof race>>;

const BEFORE = 12;
const AFTER = 12;

/**
 * Sends a vote about every millisecond, from some before the change is asked for, the first of which is answered, to
 * some after its answer, the first of which begins in the very moment of it.
 */
export async function race({ urls, ballots, change }: Race) {
  const sent: Promise<Vote>[] = [];
  const next = () => {
    const ballot = ballots[sent.length];
    if (!ballot) throw new Error(`${ballots.length} votes are not enough`);
    sent.push(vote(urls[sent.length % urls.length] ?? '', ballot));
  };
  // Slower and slower, for changes that take their time.
  const pause = () => sleep(2 * Math.random() * (1 + sent.length / 100));
  for (let n = 0; n < BEFORE; n++) {
    next();
    await pause();
  }
  await sent[0];
  let answeredAt = Infinity;
  const askedAt = performance.now();
  const changed = change().then(() => {
    answeredAt = performance.now();
    next();
  });
  while (answeredAt === Infinity) {
    if (sent.length >= ballots.length - AFTER) await changed;
    else {
      next();
      await Promise.race([pause(), changed]);
    }
  }
  for (let n = 1; n < AFTER; n++) {
    next();
    await pause();
  }
  return { askedAt, answeredAt, votes: await Promise.all(sent) };
}

async function vote(url: string, ballot: Ballot): Promise<Vote> {
  const startedAt = performance.now();
  const answer = await fetch(`${url}/api/public/videos/${ballot.video}/vote`, {
    method: 'POST',
    headers: { authorization: ballot.voter.authorization },
  });
  const { code = String(answer.status) } = (await answer.json()) as { code?: string };
  return { ...ballot, startedAt, endedAt: performance.now(), answer: code };
}
