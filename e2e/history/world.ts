import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts } from '@anb/embedded/ports';
import { type EmbeddedPostgres, startPostgres } from '@anb/embedded/postgres';
import { migrate } from '@anb/migrate';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { PASSWORD, passwords, urlAs } from '@anb/testing/logins';
import { LostReplies } from '@anb/testing/lost-reply';
import { AUDIENCE, createVideo, ISSUER } from '@anb/testing/players';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { Replica } from '../chaos/replica.ts';
import { Voters } from './voters.ts';

const VIDEOS = 40;
const CONTESTED = 4;
const VOTERS = 40_000;
/** The limits are tested elsewhere. */
const UNLIMITED = '1000000';

/** Two processes of votes over one Postgres, the first of them behind a proxy that can swallow replies. */
export class World {
  readonly folder = mkdtempSync(join(tmpdir(), 'anb-history-'));
  readonly lostReplies = new LostReplies();
  readonly replicas: Replica[] = [];
  /** Open for voting, and whose they are. */
  readonly videos = new Map<string, number>();
  /** The last of them, of whose votes organisers take some out of the count. */
  contested: readonly string[] = [];
  /** How often Postgres had to end one transaction for another, by its own log. */
  deadlocks = 0;
  admin!: Sql;
  voters!: Voters;
  #postgres!: EmbeddedPostgres;
  #port = 0;
  #proxy!: TcpProxy;

  private constructor() {
    chmodSync(this.folder, 0o755); // Postgres runs as another user when this runs as root.
  }

  static async start(): Promise<World> {
    const world = new World();
    try {
      await world.#begin();
      return world;
    } catch (error) {
      await world.stop();
      throw error;
    }
  }

  async #begin(): Promise<void> {
    [this.#port = 0] = await freePorts(1);
    await this.#startPostgres();
    this.#proxy = await TcpProxy.start(this.#port, this.lostReplies.tap);
    this.admin = this.#open(4);
    const migrating = this.#open(1);
    await migrate({ sql: migrating, passwords, report: () => {} }).finally(() => migrating.end());
    this.voters = await Voters.create(this.admin, VOTERS);
    for (let n = 0; n < VIDEOS; n++) {
      const owner = this.voters.at(n);
      this.videos.set(await createVideo(this.admin, owner), owner);
    }
    this.contested = [...this.videos.keys()].slice(-CONTESTED);
    this.replicas.push(this.#replica(0, this.#proxy.port), this.#replica(1, this.#port));
    await Promise.all(this.replicas.map((replica) => replica.start()));
  }

  #open(max: number): Sql {
    return openDatabase({ url: this.#postgres.url, max, applicationName: 'history', patient: true });
  }

  #replica(n: number, databasePort: number): Replica {
    const env = {
      LOG_LEVEL: 'warn',
      PUBLIC_URL: 'http://127.0.0.1',
      DATABASE_URL: urlAs('anb_votes', this.#postgres.url).replace(/:\d+\//, `:${databasePort}/`),
      TOKEN_ISSUER: ISSUER,
      TOKEN_AUDIENCE: AUDIENCE,
      TRUSTED_PROXY_HOPS: '1',
      VOTES_PER_MINUTE_USER: UNLIMITED,
      VOTES_PER_MINUTE_ADDRESS: UNLIMITED,
    };
    return new Replica({ service: 'votes', env, scratchDir: join(this.folder, `scratch-${n}`) });
  }

  async #startPostgres(): Promise<void> {
    // With everything that lets it keep its word over a crash.
    this.#postgres = await startPostgres({
      dataDir: join(this.folder, 'postgres'),
      port: this.#port,
      password: PASSWORD,
      onLog: (line) => {
        if (line.includes('deadlock detected')) this.deadlocks++;
      },
    });
  }

  /** `pg_ctl -m immediate`: no goodbye to anybody, then recovery from the log. */
  async crashPostgres(): Promise<void> {
    const gone = new Promise((resolve) => this.#postgres.process.once('exit', resolve));
    this.#postgres.process.kill('SIGQUIT');
    await gone;
    await this.#startPostgres();
  }

  /** The connections of the first process to its database, in the middle of whatever is said. */
  cutConnections(): void {
    this.#proxy.cut();
    this.#proxy.heal();
  }

  /** The last that the services complained of, to explain a promise that was not kept. */
  warnings(): string[] {
    return this.replicas.flatMap(({ pid, log }) =>
      log.slice(-8).map((line) => `  ${pid}: ${line.slice(0, 400)}`),
    );
  }

  /** Of every process that has ended without having been told to since this was asked last. */
  takeCrashes(): string[] {
    const words = this.replicas.flatMap(({ crashes }) => crashes.splice(0));
    return words.map((last) => `a process ended by itself: ${last}`);
  }

  /** Every process at once. */
  abandon(): void {
    for (const replica of this.replicas) replica.abandon();
    this.#postgres?.process.kill('SIGQUIT');
  }

  async stop(): Promise<void> {
    for (const replica of this.replicas) replica.abandon();
    await this.#proxy?.close();
    await this.admin?.end({ timeout: 1 });
    await this.#postgres?.stop();
    rmSync(this.folder, { recursive: true, force: true });
  }
}
