import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chownSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '@anb/embedded/ports';
import { startPostgres } from '@anb/embedded/postgres';
import { publicServices } from '@anb/topology';
import { Container, type Start, type Tree } from './container.ts';
import type { Target } from './targets.ts';

const PASSWORD = 'only-for-images';

/** Runs the whole system from the images' file trees, beside a Postgres; the toolbox's smoke test plays a contest on it. */
export async function runSystem(trees: Record<Target, Tree>, folder: string): Promise<void> {
  await using undo = new AsyncDisposableStack();
  const user = Number(trees.auth.config.User.split(':')[0]);
  const owned = (name: string) => {
    const path = join(folder, name);
    mkdirSync(path);
    chownSync(path, user, user);
    return path;
  };
  const [databasePort = 0, cloudPort = 0, gatewayPort = 0, ...ports] = await freePorts(12);
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: databasePort,
    password: PASSWORD,
  });
  undo.defer(postgres.stop);

  const roles = ['AUTH', 'VIDEOS', 'VOTES', 'TRANSCODER'].map((role) => [`${role}_DB_PASSWORD`, PASSWORD]);
  const env = { DATABASE_URL: postgres.url, ...Object.fromEntries(roles) };
  await new Container({ tree: trees.toolbox, env }).succeeds();
  await checkPsql(trees.toolbox, postgres.url);

  const running: Container[] = [];
  const start = async (options: Start, ...probes: string[]) => {
    const container = new Container(options);
    running.push(container);
    undo.defer(async () => void (await container.stop()));
    await container.answers(probes);
  };
  const local = (port: number) => `http://127.0.0.1:${port}`;
  const objects = { '/data': owned('objects') };
  await start(
    {
      tree: trees.dev,
      env: { PORT: String(cloudPort), DATA_DIR: '/data', BUCKET: 'videos', QUEUE: 'transcode' },
      mounts: objects,
    },
    `${local(cloudPort)}/health`,
  );

  const urls = Object.fromEntries(publicServices.map((name) => [name, local(ports.shift() ?? 0)]));
  const opsUrls: Record<string, string> = {};
  const storage = {
    AWS_ACCESS_KEY_ID: 'local',
    AWS_SECRET_ACCESS_KEY: 'local',
    S3_BUCKET: 'videos',
    S3_ENDPOINT: local(cloudPort),
    S3_PUBLIC_ENDPOINT: `${local(gatewayPort)}/_store`,
    SQS_ENDPOINT: local(cloudPort),
    SQS_QUEUE_URL: `${local(cloudPort)}/000000000000/transcode`,
  };
  const service = (
    name: (typeof publicServices)[number] | 'transcoder',
    mounts: Record<string, string> = {},
  ) => {
    const ops = ports.shift() ?? 0;
    opsUrls[name] = local(ops);
    return start(
      {
        tree: trees[name],
        env: {
          HOST: '127.0.0.1',
          OPS_PORT: String(ops),
          PUBLIC_URL: local(gatewayPort),
          VOTES_URL: urls.votes ?? '',
          VIDEOS_URL: urls.videos ?? '',
          DATABASE_URL: postgres.url.replace('//postgres:', `//anb_${name}:`),
          MAIL_URL: 'smtp://127.0.0.1:9',
          MAIL_FROM: 'no-reply@example.com',
          SIGNING_KEYS_DIR: '/keys',
          SCRATCH_DIR: '/scratch',
          ...(urls[name] && { PORT: new URL(urls[name]).port }),
          ...storage,
        },
        mounts,
      },
      `${local(ops)}/livez`,
      `${local(ops)}/readyz`,
    );
  };
  const keys = owned('keys');
  writeSigningKey(join(keys, 'signing-key.pem'), user);
  await service('auth', { '/keys': keys });
  await Promise.all([service('videos'), service('votes'), service('portal')]);
  await service('transcoder', { '/scratch': owned('scratch') });

  const addresses = Object.fromEntries([
    ...Object.entries(urls).map(([name, url]) => [`${name.toUpperCase()}_URL`, url]),
    ...Object.entries(opsUrls).map(([name, url]) => [`${name.toUpperCase()}_OPS_URL`, url]),
  ]);
  await start(
    {
      tree: trees.dev,
      command: ['packages/local-gateway/src/main.ts'],
      env: {
        HOST: '127.0.0.1',
        PORT: String(gatewayPort),
        STORE_URL: local(cloudPort),
        ...addresses,
      },
    },
    `${local(gatewayPort)}/_livez`,
  );
  await new Container({
    tree: trees.toolbox,
    command: ['packages/toolbox/src/doctor.ts'],
    env: { ...storage, ...addresses, DATABASE_URL: postgres.url },
  }).succeeds();
  await new Container({
    tree: trees.toolbox,
    command: ['packages/toolbox/src/smoke.ts'],
    env: { BASE_URL: local(gatewayPort), SMOKE_TIMEOUT_SECONDS: '60' },
  }).succeeds();
  for (const container of running.reverse())
    assert.equal(await container.stop(), 0, `${container.name} did not stop in order:\n${container.output}`);
}

async function checkPsql(tree: Tree, url: string): Promise<void> {
  const psql = (...args: string[]) =>
    new Container({
      tree: { ...tree, config: { ...tree.config, Entrypoint: ['psql'] } },
      command: args,
    }).succeeds();
  assert.match(await psql('--version'), /^psql \(PostgreSQL\) \d+/);
  const applied = await psql(url, '-Atc', 'select count(*) from migrate.applied');
  assert.ok(Number(applied) >= 4, `${applied} migrations applied`);
}

function writeSigningKey(file: string, user: number): void {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  writeFileSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }), { mode: 0o400 });
  chownSync(file, user, user);
}
