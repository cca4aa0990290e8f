import type { Attempt, Ballot, Outcome } from './attempts.ts';
import { cast } from './cast.ts';
import type { World } from './world.ts';

/** Sends votes and notes of each when it began, when it ended, and how. */
export class History {
  readonly attempts: Attempt[] = [];
  readonly #world: World;
  readonly #inFlight = [0, 0];

  constructor(world: World) {
    this.#world = world;
  }

  /** Votes on their way to a process, or to any. */
  inFlight(replica?: number): number {
    if (replica !== undefined) return this.#inFlight[replica] ?? 0;
    return this.#inFlight.reduce((sum, count) => sum + count, 0);
  }

  async vote(ballot: Ballot, replica: number, client: number, leaveAfterMs?: number): Promise<Outcome> {
    const authorization = await this.#world.voters.authorization(ballot.voter);
    const url = this.#world.replicas[replica]?.url ?? '';
    const address = `10.0.0.${client}`;
    const startedAt = performance.now();
    this.#count(replica, 1);
    const outcome = await cast({ url, video: ballot.video, authorization, address, leaveAfterMs });
    this.#count(replica, -1);
    this.attempts.push({ ...ballot, replica, startedAt, endedAt: performance.now(), outcome });
    return outcome;
  }

  #count(replica: number, by: number): void {
    this.#inFlight[replica] = this.inFlight(replica) + by;
  }
}
