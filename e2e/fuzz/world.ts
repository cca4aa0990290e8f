import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { noteSecrets } from '@anb/testing/logs';
import { createVideo, type VideoDetails } from '@anb/testing/players';
import { hashCode, hashResetToken, makeResetToken } from '../../services/auth/src/mail-secrets.ts';
import { Api, PASSWORD } from '../api.ts';
import { environmentOf, makeDataDir, passwordsOf, type RunningStack, startStack } from '../stack.ts';

export interface Actor {
  id: number;
  email: string;
  authorization: string;
  /** Cases it has played. */
  uses: number;
}

/** Then somebody else plays on, so that nobody reaches the limits of one player. */
const MAX_USES = 40;
const ACTORS = 4;
/** Bytes that begin like an MP4. */
const clip = Buffer.concat([Buffer.from('\0\0\0\x18ftypisom', 'latin1'), Buffer.alloc(500, 7)]);

/** A whole system, and who and what the cases need in it. */
export class World {
  readonly stack: RunningStack;
  readonly api: Api;
  readonly admin: Sql;
  readonly #removeData: () => void;
  readonly #actors = new Map<string, Actor[]>();
  #turn = 0;
  #addresses = 0;

  private constructor(stack: RunningStack, admin: Sql, removeData: () => void) {
    this.stack = stack;
    this.admin = admin;
    this.api = new Api(stack.url);
    this.#removeData = removeData;
  }

  static async start(): Promise<World> {
    const folder = makeDataDir();
    // Two hops: the fuzzer plays a proxy that says whose request it is. No worker, so that videos stay as they are.
    const stack = await startStack(folder.path, {
      ...{ TRUSTED_PROXY_HOPS: '2', TRANSCODERS: '0', LOG_LEVEL: 'warn' },
    });
    const url = new URL(environmentOf(stack.pidOf('videos')).DATABASE_URL ?? '');
    Object.assign(url, { username: 'postgres', password: passwordsOf(folder.path).postgres });
    const admin = openDatabase({ url: String(url), max: 3, applicationName: 'fuzz', patient: true });
    return new World(stack, admin, folder.remove);
  }

  async stop(): Promise<void> {
    await this.admin.end({ timeout: 1 });
    await this.stack.stop();
    this.#removeData();
  }

  /** Another for each request, so that no limit by address is met. */
  address(): string {
    const place = this.#addresses++;
    return `10.${(place >> 16) & 255}.${(place >> 8) & 255}.${place & 255}`;
  }

  /** Somebody who is signed in; whoever was signed out or has played enough is replaced. */
  async actor(role: 'player' | 'organiser'): Promise<Actor> {
    const actors = this.#actors.get(role) ?? [];
    this.#actors.set(role, actors);
    const place = this.#turn++ % ACTORS;
    const known = actors[place];
    if (known && known.uses++ < MAX_USES) return known;
    const made = await this.newcomer(role);
    actors[place] = made;
    return made;
  }

  /** Somebody who has done nothing yet. */
  async newcomer(role: 'player' | 'organiser'): Promise<Actor> {
    const headers = { 'x-forwarded-for': this.address() };
    const { email, authorization } = await this.api.signUp({}, headers);
    const [user] = await this.admin<{ id: number }[]>`
      update auth.users set role = ${role} where email = ${email} returning id`;
    const made = { id: user?.id ?? 0, email, authorization, uses: 0 };
    if (role === 'player') return made;
    const { access_token } = await this.#login(made);
    return { ...made, authorization: `Bearer ${access_token}` };
  }

  /** Its session has ended. */
  retire(actor: Actor): void {
    actor.uses = MAX_USES;
  }

  async #login({ email }: Actor) {
    const headers = { 'x-forwarded-for': this.address() };
    const { body } = await this.api.send('POST', '/api/auth/login', {
      ...{ body: { email, password: PASSWORD }, headers },
    });
    return body;
  }

  async refreshToken(of: Actor): Promise<string> {
    return (await this.#login(of)).refresh_token;
  }

  /** As if it had been mailed: in the store lies its hash only. */
  async emailCode({ id: userId }: Actor): Promise<string> {
    const [id, code] = [randomUUID(), '048213'];
    await this.admin`
      insert into auth.email_codes (id, user_id, code_hash, tries_left, expires_at)
      values (${id}, ${userId}, ${hashCode(code, { id, userId })}, 5, now() + interval '15 minutes')`;
    return code;
  }

  async resetToken({ id }: Actor): Promise<string> {
    const token = makeResetToken();
    noteSecrets(token);
    await this.admin`
      insert into auth.password_resets (token_hash, user_id, expires_at)
      values (${hashResetToken(token)}, ${id}, now() + interval '1 hour')`;
    return token;
  }

  /** A video of somebody's, in a state. */
  video(owner: Actor, details: Partial<VideoDetails> = {}): Promise<string> {
    return createVideo(this.admin, owner.id, details);
  }

  /** One that the ranking has, which takes in a new one within a second. */
  async rankedVideo(owner: Actor): Promise<string> {
    const { body } = await this.api.send('GET', '/api/public/rankings?limit=1');
    if (body[0]) return body[0].video_id;
    const made = await this.video(owner);
    await sleep(1000);
    return made;
  }

  async mediaVersion(videoId: string): Promise<string> {
    const [row] = await this.admin<{ version: string }[]>`
      select media_version as version from videos.videos where id = ${videoId}`;
    return row?.version ?? '';
  }

  /** A direct upload under way, with its only part in the store and reported when it `isReady`. */
  async upload(owner: Actor, isReady: boolean): Promise<string> {
    const headers = { authorization: owner.authorization };
    const send = (method: string, path: string, body?: unknown) =>
      this.api.send(method, `/api/videos/uploads${path}`, { body, headers });
    const announced = { title: 'Mi mejor jugada', filename: 'clip.mp4', size: clip.length };
    const begun = await send('POST', '', announced);
    if (begun.body.code === 'too_many_uploads') {
      for (const { video_id } of (await send('GET', '')).body) await send('DELETE', `/${video_id}`);
      return this.upload(owner, isReady);
    }
    const { video_id, parts = [] } = begun.body;
    if (isReady && parts[0]) {
      const put = await fetch(parts[0].url, { method: 'PUT', body: clip });
      await send('PUT', `/${video_id}/parts/1`, { etag: put.headers.get('etag') });
    }
    return video_id ?? '00000000-0000-4000-8000-000000000000';
  }

  /** A vote for a video of somebody's. */
  async vote(owner: Actor): Promise<{ video_id: string; voter_ids: number[] }> {
    const video_id = await this.video(owner);
    const voter_id = (await this.actor('player')).id;
    await this.admin`insert into votes.votes ${this.admin({ video_id, voter_id })}`;
    await this.admin`insert into votes.tallies ${this.admin({ video_id, votes: 1 })}`;
    return { video_id, voter_ids: [voter_id] };
  }

  /** One that took such a vote out of the count. */
  async voiding(owner: Actor): Promise<number> {
    const { video_id, voter_ids } = await this.vote(owner);
    await this.admin`update votes.votes set voided_at = now() where video_id = ${video_id}`;
    await this.admin`update votes.tallies set votes = 0 where video_id = ${video_id}`;
    const [voiding] = await this.admin<{ id: number }[]>`
      insert into votes.voidings (video_id, voter_ids) values (${video_id}, ${voter_ids}::integer[]) returning id`;
    return voiding?.id ?? 0;
  }

  async flag(owner: Actor): Promise<number> {
    const video_id = await this.video(owner);
    const [flag] = await this.admin<{ id: number }[]>`
      insert into votes.flags (video_id, kind, first_at, last_at, votes, newborn, unverified, gone, of_votes)
      values (${video_id}, 'newborn', now(), now(), 30, 30, 0, 0, 30)
      returning id`;
    return flag?.id ?? 0;
  }
}
