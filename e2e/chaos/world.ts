import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type EmbeddedCloud, startCloud } from '@anb/embedded/cloud';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { freePorts } from '@anb/embedded/ports';
import { type EmbeddedPostgres, startPostgres } from '@anb/embedded/postgres';
import { migrate, type Role } from '@anb/migrate';
import { makeClip } from '@anb/sample-clips';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { PASSWORD, passwords, urlAs } from '@anb/testing/logins';
import { LostReplies } from '@anb/testing/lost-reply';
import { AUDIENCE, createPlayers, ISSUER, type Player } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { Bucket } from './bucket.ts';
import { recordHistory } from './history.ts';
import { Queues } from './queues.ts';
import { Receives } from './receives.ts';
import { Replica, type ReplicaOptions } from './replica.ts';

const BUCKET = 'chaos';
/** How long a worker may be silent in the suites; the product's default is 30. */
export const VISIBILITY_SECONDS = 5;
/** So that what the sweeper does in two minutes is seen in seconds. */
export const SWEEP_SECONDS = 2;

const credentials = { AWS_REGION: 'us-east-1', AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

export interface WorldOptions {
  seed: number;
  say?: (line: string) => void;
}

/**
 * The services as they are deployed, and everything they depend on behind proxies that can fail. It has no workers
 * until a scenario asks for them.
 */
export class World {
  readonly seed: number;
  readonly say: (line: string) => void;
  readonly folder = mkdtempSync(join(tmpdir(), 'anb-chaos-'));
  readonly lostReplies = new LostReplies();
  readonly receives = new Receives();
  readonly videos: Replica[] = [];
  transcoders: Replica[] = [];
  /** One second long. */
  clip = Buffer.alloc(0);
  /** Takes long enough to be caught in the middle. */
  longClip = Buffer.alloc(0);
  admin!: Sql;
  bucket!: Bucket;
  queues!: Queues;
  s3!: TcpProxy;
  sqs!: TcpProxy;
  database!: TcpProxy;
  signUp!: () => Promise<Player>;
  #postgres!: EmbeddedPostgres;
  #postgresPort = 0;
  #cloud!: EmbeddedCloud;
  /** Of all times. */
  readonly #replicas: Replica[] = [];

  private constructor({ seed, say = () => {} }: WorldOptions) {
    this.seed = seed;
    this.say = say;
    chmodSync(this.folder, 0o755); // Postgres runs as another user when this runs as root.
  }

  static async start(options: WorldOptions): Promise<World> {
    const world = new World(options);
    try {
      await world.#begin();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    const [postgresPort = 0, cloudPort = 0] = await freePorts(2);
    this.#postgresPort = postgresPort;
    await this.#startPostgres();
    this.#cloud = await startCloud({
      folder: join(this.folder, 'objects'),
      port: cloudPort,
      bucket: BUCKET,
      queue: { name: 'transcode', visibilitySeconds: VISIBILITY_SECONDS },
    });
    this.s3 = await TcpProxy.start(cloudPort);
    this.sqs = await TcpProxy.start(cloudPort, this.receives.tap);
    this.database = await TcpProxy.start(postgresPort, this.lostReplies.tap);

    const { endpoint, queueUrl, deadLetterUrl } = this.#cloud;
    Object.assign(process.env, credentials);
    this.bucket = new Bucket(BUCKET, endpoint);
    this.queues = new Queues(endpoint, queueUrl, deadLetterUrl);

    this.admin = this.#open(4);
    const migrating = this.#open(1);
    await migrate({ sql: migrating, passwords, report: () => {} }).finally(() => migrating.end());
    await recordHistory(this.admin);
    const players = await createPlayers(this.admin);
    this.signUp = () => players.signUp();
    [this.clip, this.longClip] = await Promise.all([this.#clipOf(1), this.#clipOf(12)]);
    this.videos.push(this.#replica('videos'), this.#replica('videos'));
    await Promise.all(this.videos.map((replica) => replica.start()));
  }

  #open(max: number): Sql {
    return openDatabase({ url: this.#postgres.url, max, applicationName: 'chaos', patient: true });
  }

  async #clipOf(seconds: number): Promise<Buffer<ArrayBuffer>> {
    const path = join(this.folder, `${seconds}.mp4`);
    await makeClip(findFfmpeg().ffmpeg, 'small', path, { seconds });
    return readFile(path);
  }

  async #startPostgres(): Promise<void> {
    // With everything that lets it keep its word over a crash, unlike the other tests'.
    const dataDir = join(this.folder, 'postgres');
    this.#postgres = await startPostgres({ dataDir, port: this.#postgresPort, password: PASSWORD });
  }

  /** `pg_ctl -m immediate`: no goodbye to anybody, then recovery from the log. */
  async crashPostgres(): Promise<void> {
    const gone = new Promise((resolve) => this.#postgres.process.once('exit', resolve));
    this.#postgres.process.kill('SIGQUIT');
    await gone;
    await this.#startPostgres();
  }

  /** What a program of ours reads about where it is. */
  environment(service: ReplicaOptions['service'], more: Record<string, string> = {}): Record<string, string> {
    const role: Role = service === 'videos' ? 'anb_videos' : 'anb_transcoder';
    const { ffmpeg, ffprobe } = findFfmpeg();
    const behind = (url: string, proxy: TcpProxy) => url.replace(/:\d+/, `:${proxy.port}`);
    const { endpoint, queueUrl, deadLetterUrl } = this.#cloud;
    return {
      ...credentials,
      LOG_LEVEL: 'info',
      PUBLIC_URL: 'http://127.0.0.1',
      DATABASE_URL: urlAs(role, this.#postgres.url).replace(/:\d+\//, `:${this.database.port}/`),
      TOKEN_ISSUER: ISSUER,
      TOKEN_AUDIENCE: AUDIENCE,
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: behind(endpoint, this.s3),
      SQS_ENDPOINT: behind(endpoint, this.sqs),
      SQS_QUEUE_URL: behind(queueUrl, this.sqs),
      SQS_DEAD_LETTER_URL: behind(deadLetterUrl, this.sqs),
      SWEEP_SECONDS: String(SWEEP_SECONDS),
      VISIBILITY_SECONDS: String(VISIBILITY_SECONDS),
      FFMPEG_PATH: ffmpeg,
      FFPROBE_PATH: ffprobe,
      ...more,
    };
  }

  #replica(service: ReplicaOptions['service'], more: Record<string, string> = {}): Replica {
    const scratchDir = join(this.folder, `scratch-${this.#replicas.length}`);
    const replica = new Replica({ service, env: this.environment(service, more), scratchDir });
    this.#replicas.push(replica);
    return replica;
  }

  /** Brings the number of workers to this, the youngest stop first; resolves when all are ready. */
  async scaleTranscoders(count: number): Promise<void> {
    const surplus = this.transcoders.splice(count);
    await Promise.all(surplus.map((replica) => replica.stop()));
    const missing = Math.max(0, count - this.transcoders.length);
    await Promise.all(Array.from({ length: missing }, () => this.addTranscoder()));
  }

  async addTranscoder(more: Record<string, string> = {}): Promise<Replica> {
    const replica = this.#replica('transcoder', more);
    this.transcoders.push(replica);
    await replica.start();
    return replica;
  }

  /** Takes a worker out of the count; it is the caller's to end. */
  release(replica: Replica): Replica {
    this.transcoders = this.transcoders.filter((each) => each !== replica);
    return replica;
  }

  /** The last that the services complained of, to explain a promise that was not kept. */
  warnings(): string[] {
    return this.#replicas.flatMap(({ service, pid, log }) =>
      log
        .filter((line) => !/"level":(10|20|30|"(trace|debug|info)")/.test(line))
        .slice(-8)
        .map((line) => `  ${service} ${pid}: ${line.slice(0, 400)}`),
    );
  }

  /** Of every process that has ended without having been told to since this was asked last. */
  takeCrashes(): string[] {
    const words = this.#replicas.flatMap(({ crashes }) => crashes.splice(0));
    return words.map((last) => `a process ended by itself: ${last}`);
  }

  /** Every process at once. */
  abandon(): void {
    for (const replica of this.#replicas) replica.abandon();
    this.#cloud?.process.kill('SIGKILL');
    this.#postgres?.process.kill('SIGQUIT');
  }

  async stop(): Promise<void> {
    for (const replica of this.#replicas) replica.abandon();
    for (const proxy of [this.s3, this.sqs, this.database]) await proxy?.close();
    this.queues?.close();
    this.bucket?.close();
    await this.admin?.end({ timeout: 1 });
    await this.#cloud?.stop();
    await this.#postgres?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
