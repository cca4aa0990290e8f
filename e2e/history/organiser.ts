import type { World } from './world.ts';

const ANSWER_MS = 20_000;
/** There was nothing to do, or a part of it is away. */
const EXPECTED = ['nothing_to_void', 'already_restored', 'unavailable'];

/** Takes votes out of the count while others arrive, and puts them back. */
export class Organiser {
  voidings = 0;
  restorations = 0;
  /** Answers that nobody should get. */
  readonly problems: string[] = [];
  readonly #world: World;
  readonly #toRestore: number[] = [];

  constructor(world: World) {
    this.#world = world;
  }

  async void(video: string, voters: readonly number[], replica: number): Promise<void> {
    const voided = await this.#ask(replica, 'void', { video_id: video, voter_ids: voters });
    if (!voided) return;
    this.voidings++;
    this.#toRestore.push(voided.voiding_id);
  }

  async restore(replica: number): Promise<void> {
    const voidingId = this.#toRestore.shift();
    if (voidingId === undefined) return;
    if (await this.#ask(replica, 'restore', { voiding_id: voidingId })) this.restorations++;
  }

  /** @returns nothing when nothing was done, or nobody knows */
  async #ask(replica: number, what: string, body: object): Promise<{ voiding_id: number } | undefined> {
    const answer = await fetch(`${this.#world.replicas[replica]?.url}/api/admin/votes/${what}`, {
      method: 'POST',
      headers: { authorization: this.#world.voters.organiser, 'content-type': 'application/json' },
      body: JSON.stringify({ ...body, reason: 'De una misma red.' }),
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const said = (await answer.json()) as { voiding_id: number; code?: string };
    if (answer.ok) return said;
    if (!EXPECTED.includes(said.code ?? '')) {
      this.problems.push(`${what} was answered ${JSON.stringify(said)}`);
    }
    return undefined;
  }
}
