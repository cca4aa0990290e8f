import type { ChildProcess } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import type { Server } from 'node:http';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { startCloud } from '@anb/embedded/cloud';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { freePorts } from '@anb/embedded/ports';
import { startPostgres } from '@anb/embedded/postgres';
import { STORE_PATH, startGateway } from '@anb/local-gateway';
import { type PublicService, programFile, publicServices } from '@anb/topology';
import type { Config } from './config.ts';
import { takeDataDir } from './data-dir.ts';
import { writeEnvironment } from './environment.ts';
import { say } from './log-lines.ts';
import { saysPortTaken, TAKEN_MEANWHILE, tryPort } from './port.ts';
import { type Program, runCommand, runToEnd, Supervised } from './processes.ts';
import { loadSecrets } from './secrets.ts';

const BUCKET = 'anb-rising-stars';
const REGION = 'us-east-1';

/** Brings the whole system up on this machine; what it needs to be undone is noted as it goes. */
export class Stack {
  readonly #config: Config;
  readonly #undo: { what: string; undo: () => unknown }[] = [];

  readonly #onLoss: (reason: string) => void;

  /** `onLoss` hears that Postgres, S3 or SQS ended by itself: nothing goes on without them. */
  constructor(config: Config, onLoss: (reason: string) => void) {
    this.#config = config;
    this.#onLoss = onLoss;
  }

  /** @returns the address to open */
  async start(): Promise<string> {
    const config = this.#config;
    const { ffmpeg, ffprobe, version } = findFfmpeg();
    const giveBack = takeDataDir(config.DATA_DIR);
    await tryPort(config.PORT).catch((error) => {
      giveBack();
      throw error;
    });
    this.#later('data folder', giveBack);
    say('stack', `ffmpeg ${version} (${ffmpeg})`);
    const { passwords, signingKeysDir } = loadSecrets(config.DATA_DIR);
    const [gatewayPort = 0, databasePort = 0, cloudPort = 0, ...servicePorts] = await freePorts(
      20 + config.TRANSCODERS,
    );
    const port = config.PORT || gatewayPort;
    const publicUrl = config.PUBLIC_URL ?? `http://127.0.0.1:${port}`;

    say('stack', `Postgres starts in ${config.DATA_DIR}`);
    const postgres = await startPostgres({
      dataDir: join(config.DATA_DIR, 'postgres'),
      port: databasePort,
      password: passwords.postgres,
      onLog: (line) => /(FATAL|PANIC|closed to|left behind)/.test(line) && say('postgres', line),
    }).catch((error) => {
      throw saysPortTaken(error.message) ? new Error(`Postgres did not start; ${TAKEN_MEANWHILE}`) : error;
    });
    this.#keep('Postgres', postgres);
    await runToEnd('portal', 'services/portal/build.ts', {});
    say('stack', 'S3 and SQS start');
    const cloud = await startCloud({
      folder: join(config.DATA_DIR, 'objects'),
      port: cloudPort,
      bucket: BUCKET,
      queue: { name: 'transcode', visibilitySeconds: config.VISIBILITY_SECONDS },
    });
    this.#keep('S3 and SQS', cloud);
    const aws = { AWS_REGION: REGION, AWS_ACCESS_KEY_ID: 'local', AWS_SECRET_ACCESS_KEY: 'local' };

    await runToEnd('migrate', 'packages/migrate/src/main.ts', {
      DATABASE_URL: postgres.url,
      AUTH_DB_PASSWORD: passwords.auth,
      VIDEOS_DB_PASSWORD: passwords.videos,
      VOTES_DB_PASSWORD: passwords.votes,
      TRANSCODER_DB_PASSWORD: passwords.transcoder,
    });
    const databaseUrl = (service: Exclude<keyof typeof passwords, 'postgres'>) => ({
      DATABASE_URL: `postgres://anb_${service}:${passwords[service]}@127.0.0.1:${databasePort}/postgres`,
    });

    const nextPort = () => servicePorts.shift() ?? 0;
    const common = () => ({ HOST: '127.0.0.1', LOG_LEVEL: config.LOG_LEVEL });
    const ports = Object.fromEntries(publicServices.map((name) => [name, nextPort()])) as Record<
      PublicService,
      number
    >;
    const urls = Object.fromEntries(
      Object.entries(ports).map(([name, port]) => [name, `http://127.0.0.1:${port}`]),
    ) as Record<PublicService, string>;
    const addresses = {
      PUBLIC_URL: publicUrl,
      ...(config.MEDIA_BASE_URL && { MEDIA_BASE_URL: config.MEDIA_BASE_URL }),
    };
    const storage = {
      ...aws,
      S3_BUCKET: BUCKET,
      S3_ENDPOINT: cloud.endpoint,
      SQS_ENDPOINT: cloud.endpoint,
      SQS_QUEUE_URL: cloud.queueUrl,
    };
    const scratch = join(config.DATA_DIR, 'scratch');
    rmSync(scratch, { recursive: true, force: true });
    mkdirSync(scratch);

    const program = (name: string, env: Record<string, string>): Program => {
      const opsPort = nextPort();
      return {
        name,
        file: programFile(name),
        opsPort,
        env: { ...common(), OPS_PORT: String(opsPort), ...env },
      };
    };
    const web = (name: PublicService, env: Record<string, string>) =>
      program(name, {
        PORT: String(ports[name]),
        TRUSTED_PROXY_HOPS: String(config.TRUSTED_PROXY_HOPS),
        ...env,
      });
    const api = (name: PublicService, env: Record<string, string>) =>
      web(name, { CORS_ORIGINS: config.CORS_ORIGINS.join(','), ...env });
    const videos = api('videos', {
      ...databaseUrl('videos'),
      ...addresses,
      ...storage,
      SQS_DEAD_LETTER_URL: cloud.deadLetterUrl,
      S3_PUBLIC_ENDPOINT: `${publicUrl}${STORE_PATH}`,
    });
    const auth = api('auth', {
      ...databaseUrl('auth'),
      PUBLIC_URL: publicUrl,
      SIGNING_KEYS_DIR: signingKeysDir,
      MAIL_URL: pathToFileURL(join(config.DATA_DIR, 'mails')).href,
      MAIL_FROM: 'ANB Rising Stars <no-reply@example.com>',
    });
    const importing = { name: 'import', env: { DATABASE_URL: postgres.url, ...storage } };
    for (const { name, env } of [auth, videos, importing]) writeEnvironment(config.DATA_DIR, name, env);
    // The queue ended with the last stop; and nothing here cleans up every hour, as the cluster does.
    const [requeued] = await Promise.all([
      runCommand('requeue', videos.env),
      runCommand('clean-up', videos.env).catch((error: Error) => say('stack', error.message)),
    ]);
    if (requeued.videos) say('stack', `unfinished videos queued again: ${requeued.videos}`);
    await this.#run([
      auth,
      videos,
      api('votes', {
        ...databaseUrl('votes'),
        ...addresses,
        VOTE_NEEDS_VERIFIED_EMAIL: String(config.VOTE_NEEDS_VERIFIED_EMAIL),
      }),
      {
        ...web('portal', {
          VOTES_URL: urls.votes,
          VIDEOS_URL: urls.videos,
          ...addresses,
          COMPONENTS_PAGE: 'true',
        }),
        isBuilt: true,
      },
      ...Array.from({ length: config.TRANSCODERS }, () =>
        program('transcoder', {
          ...databaseUrl('transcoder'),
          ...storage,
          VISIBILITY_SECONDS: String(config.VISIBILITY_SECONDS),
          FFMPEG_PATH: ffmpeg,
          FFPROBE_PATH: ffprobe,
          SCRATCH_DIR: scratch,
        }),
      ),
    ]);

    const gateway = await startGateway({
      host: '127.0.0.1',
      port,
      services: urls,
      storeUrl: cloud.endpoint,
    });
    this.#later('gateway', () => closeNow(gateway));
    if (config.TRANSCODERS === 0) say('stack', 'TRANSCODERS=0: clips wait until a start with a worker');
    return publicUrl;
  }

  async #run(programs: Program[]): Promise<void> {
    say('stack', `services start: ${programs.map(({ name }) => name).join(', ')}`);
    const running = programs.map((program) => new Supervised(program));
    this.#later('services', () => Promise.all(running.map((service) => service.stop())));
    await Promise.all(running.map((service) => service.ready()));
    // For a Prometheus on this machine, see observability/README.md.
    const targets = programs.map(({ opsPort }) => `127.0.0.1:${opsPort}`);
    writeFileSync(join(this.#config.DATA_DIR, 'targets.json'), JSON.stringify([{ targets }]));
  }

  #keep(what: string, { process: child, stop }: { process: ChildProcess; stop: () => Promise<void> }): void {
    const lost = (code: number | null, signal: NodeJS.Signals | null) => {
      say('stack', `${what} ended by itself (${signal ?? code})`);
      this.#onLoss(
        `All stopped because ${what} ended. Nothing that was acknowledged is lost; go on with: npm start`,
      );
    };
    child.once('exit', lost);
    this.#later(what, () => {
      child.off('exit', lost);
      return stop();
    });
  }

  #later(what: string, undo: () => unknown): void {
    this.#undo.push({ what, undo });
  }

  /** Stops everything, the last first; without a word where nothing had begun. */
  async stop(): Promise<void> {
    if (this.#undo.length === 0) return;
    say('stack', 'stopping');
    for (const { what, undo } of this.#undo.splice(0).reverse()) {
      try {
        await undo();
      } catch (error) {
        say('stack', `${what} did not stop cleanly: ${error}`);
      }
    }
    say('stack', 'stopped');
  }
}

function closeNow(server: Server): Promise<unknown> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  return closed;
}
