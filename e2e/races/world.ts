import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Sql } from '@anb/service-kit/database';
import { createTestBucket, createTestQueue } from '@anb/testing/cloud';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import {
  AUDIENCE,
  createPlayers,
  createVideo,
  ISSUER,
  type Player,
  type VideoDetails,
} from '@anb/testing/players';
import { killServices, type RunningService, type ServiceName, startService } from '../service.ts';

const VOTERS = 500;
const EMAIL = 'ana@example.com';
const PASSWORD = 'un-pase-largo-7';
/** The limits are tested elsewhere. */
const UNLIMITED = { VOTES_PER_MINUTE_USER: '1000000', VOTES_PER_MINUTE_ADDRESS: '1000000' };

/** Two processes of votes, and the services that can take a video, its owner or a voter away meanwhile. */
export class World {
  voters: Player[] = [];
  /** Open for voting, so that one voter can vote often. */
  clips: string[] = [];
  votes: RunningService[] = [];
  signUp!: () => Promise<Player>;
  #videos!: RunningService;
  #auth!: RunningService;
  #organiser!: Player;
  #database!: TestDatabase;
  readonly #keysDir = mkdtempSync(join(tmpdir(), 'anb-keys-'));

  static async start(): Promise<World> {
    const world = new World();
    await world.#begin();
    return world;
  }

  get admin(): Sql {
    return this.#database.admin;
  }

  async #begin(): Promise<void> {
    this.#database = await createTestDatabase();
    const players = await createPlayers(this.admin);
    this.signUp = () => players.signUp();
    this.#organiser = await players.signUp({ role: 'organiser' });
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' });
    writeFileSync(join(this.#keysDir, 'signing-key.pem'), pem);
    const [{ bucket, endpoint }, queue] = await Promise.all([createTestBucket(), createTestQueue()]);
    const store = { S3_BUCKET: bucket, S3_ENDPOINT: endpoint };
    const jobs = { SQS_QUEUE_URL: queue.queueUrl, SQS_ENDPOINT: queue.endpoint };
    [this.#auth, this.#videos, ...this.votes] = await Promise.all([
      this.#start('auth', { SIGNING_KEYS_DIR: this.#keysDir }),
      this.#start('videos', { ...store, ...jobs }),
      this.#start('votes', UNLIMITED),
      this.#start('votes', UNLIMITED),
    ]);
    await this.#signUpOverHttp();
    this.voters = await many(VOTERS, this.signUp);
    const { id } = await this.signUp();
    this.clips = await many(VOTERS, () => createVideo(this.admin, id));
  }

  async #start(name: ServiceName, env: Record<string, string>): Promise<RunningService> {
    const service = await startService(name, {
      DATABASE_URL: this.#database.url(`anb_${name}`),
      TOKEN_ISSUER: ISSUER,
      TOKEN_AUDIENCE: AUDIENCE,
      ...env,
    });
    await service.untilReady();
    return service;
  }

  async #signUpOverHttp(): Promise<void> {
    const person = { first_name: 'Ana', last_name: 'Ríos', city: 'Cali', country: 'Colombia' };
    const signUp = { ...person, email: EMAIL, password1: PASSWORD, password2: PASSWORD };
    await ask(this.#auth, this.#organiser, 'POST', '/api/auth/signup', signUp);
  }

  /** Has the password of the one who signed up as people do: the account can be deleted with it. */
  async signUpWithPassword(): Promise<Player> {
    const player = await this.signUp();
    await this.admin`
      update auth.users set password_hash = (select password_hash from auth.users where email = ${EMAIL})
      where id = ${player.id}`;
    return player;
  }

  async newClip(details?: Partial<VideoDetails>, of?: Player): Promise<{ owner: Player; video: string }> {
    const owner = of ?? (await this.signUp());
    return { owner, video: await createVideo(this.admin, owner.id, details) };
  }

  setWindow(closes_at: Date | null): Promise<void> {
    return ask(this.votes[0], this.#organiser, 'PUT', '/api/admin/contest', { closes_at });
  }

  judge(video: string, verdict: 'hide' | 'show'): Promise<void> {
    return ask(this.#videos, this.#organiser, 'POST', `/api/admin/videos/${video}/${verdict}`);
  }

  publish(owner: Player, video: string, is_public: boolean): Promise<void> {
    return ask(this.#videos, owner, 'PATCH', `/api/videos/${video}`, { is_public });
  }

  deleteVideo(owner: Player, video: string): Promise<void> {
    return ask(this.#videos, owner, 'DELETE', `/api/videos/${video}`);
  }

  deleteAccount(player: Player): Promise<void> {
    return ask(this.#auth, player, 'DELETE', '/api/auth/account', { password: PASSWORD });
  }

  async stop(): Promise<void> {
    killServices();
    await this.#database?.drop();
    rmSync(this.#keysDir, { recursive: true });
  }
}

const many = <T>(count: number, make: () => Promise<T>) => Promise.all(Array.from({ length: count }, make));

async function ask(
  service: RunningService | undefined,
  { authorization }: Player,
  method: string,
  path: string,
  body?: unknown,
): Promise<void> {
  const json = body !== undefined && { 'content-type': 'application/json' };
  const answer = await fetch(`${service?.url}${path}`, {
    method,
    headers: { authorization, ...json },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
}
