import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@anb/embedded/ports';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { keepOutput } from '@anb/testing/logs';
import { publicServices } from '@anb/topology';
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3';
import { CreateQueueCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { Api, PASSWORD } from './api.ts';
import { killServices, startService } from './service.ts';
import { environmentOf, makeDataDir, type RunningStack, startStack } from './stack.ts';

const root = fileURLToPath(new URL('..', import.meta.url));
const folder = makeDataDir();
let stack: RunningStack;
let admin: Sql;
/** As the toolbox would have it in the cluster: services' addresses, the store, the queue, the database. */
const env: Record<string, string> = {};
let password = '';

beforeAll(async () => {
  stack = await startStack(folder.path);
  for (const name of publicServices) {
    const { PORT, OPS_PORT } = environmentOf(stack.pidOf(name));
    env[`${name.toUpperCase()}_URL`] = `http://127.0.0.1:${PORT}`;
    env[`${name.toUpperCase()}_OPS_URL`] = `http://127.0.0.1:${OPS_PORT}`;
  }
  const videos = environmentOf(stack.pidOf('videos'));
  for (const [name, value] of Object.entries(videos)) {
    if (/^(AWS|S3|SQS)_|^DATABASE_URL$/.test(name)) env[name] = value;
  }
  const passwords = JSON.parse(readFileSync(join(folder.path, 'secrets', 'passwords.json'), 'utf8'));
  password = passwords.videos;
  const url = new URL(env.DATABASE_URL ?? '');
  url.username = 'postgres';
  url.password = passwords.postgres;
  admin = openDatabase({ url: url.href, max: 1, applicationName: 'test' });
});
afterAll(async () => {
  killServices();
  await admin?.end();
  await stack?.stop();
  folder.remove();
});

async function run(program: 'doctor' | 'smoke', change: Record<string, string> = {}) {
  const child = spawn(process.execPath, [`packages/toolbox/src/${program}.ts`], {
    cwd: root,
    env: {
      NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE,
      NODE_OPTIONS: process.env.NODE_OPTIONS,
      ...env,
      ...change,
    },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  keepOutput(child, 'command');
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

/** An address where nothing listens. */
const nowhere = async () => `http://127.0.0.1:${(await freePorts(1))[0]}`;

/** A queue that moves messages to the dead letters after two receives. */
async function impatientQueue(): Promise<string> {
  const { SQS_ENDPOINT = '', AWS_REGION = '', AWS_ACCESS_KEY_ID = '', AWS_SECRET_ACCESS_KEY = '' } = env;
  const credentials = { accessKeyId: AWS_ACCESS_KEY_ID, secretAccessKey: AWS_SECRET_ACCESS_KEY };
  const sqs = new SQSClient({ endpoint: SQS_ENDPOINT, region: AWS_REGION, credentials });
  await sqs.send(new CreateQueueCommand({ QueueName: 'impatient-dead' }));
  const RedrivePolicy = JSON.stringify({
    deadLetterTargetArn: `arn:aws:sqs:${AWS_REGION}:000000000000:impatient-dead`,
    maxReceiveCount: 2,
  });
  const queue = await sqs.send(
    new CreateQueueCommand({ QueueName: 'impatient', Attributes: { RedrivePolicy } }),
  );
  return queue.QueueUrl ?? '';
}

describe('the doctor', () => {
  test('finds everything well', async () => {
    const { code, out, err } = await run('doctor', { CONNECTION_BUDGET: '60' });
    expect(err).toBe('');
    expect(out).not.toMatch(/^FAIL/m);
    const checks = out.match(/(?<=^ok {4})\S.*?(?= {2})/gm);
    expect(checks).toEqual(
      ['database', 'migrations', 'connections', 'clock', 'bucket', 'queue', 'redrive', 'dead letters'].concat(
        ...publicServices,
        'signing keys',
      ),
    );
    expect(out).toMatch(/auth +ready, version 0\.1\.0\n/);
    expect(code).toBe(0);
  });

  test.each([
    [
      'a queue that is not there',
      { SQS_QUEUE_URL: 'http://127.0.0.1/000000000000/none' },
      /^FAIL {2}queue .*There is no queue .*none/m,
    ],
    [
      'a queue that gives up too soon',
      { SQS_QUEUE_URL: 'impatient' },
      /^FAIL {2}redrive .* after 2 receives\. Raise/m,
    ],
    ['a bucket that is not there', { S3_BUCKET: 'none' }, /^FAIL {2}bucket .*there is no such bucket/m],
    [
      'pools that are too large',
      { CONNECTION_BUDGET: '5000' },
      /^FAIL {2}connections .*may take 5000, but only 97/m,
    ],
    [
      'a service that is away',
      { VOTES_OPS_URL: 'nowhere' },
      /^FAIL {2}votes .*does not answer \(ECONNREFUSED/m,
    ],
    ['no signing keys', { AUTH_URL: 'nowhere' }, /^FAIL {2}signing keys .*ECONNREFUSED/m],
    [
      'a wrong password',
      { DATABASE_URL: 'wrong' },
      /^FAIL {2}database .*refuses the password of "anb_videos"/m,
    ],
  ])('finds %s, alone', async (_case, change, line) => {
    const [[name = '', value = '']] = Object.entries(change) as [[string, string]];
    const changed =
      value === 'nowhere'
        ? await nowhere()
        : value === 'wrong'
          ? (env.DATABASE_URL ?? '').replace(password, 'hunter2')
          : value === 'impatient'
            ? await impatientQueue()
            : value;
    const { code, out, err } = await run('doctor', { [name]: changed });
    expect(out).toMatch(line);
    expect(out.match(/^FAIL/gm)).toHaveLength(1);
    expect(code).toBe(1);
    expect(out + err).not.toContain('hunter2');
    expect(out + err).not.toContain(password);
  });

  test('finds a migration that is missing', async () => {
    const file = 'votes/0001_votes.sql';
    const [row] = await admin`delete from migrate.applied where file = ${file} returning *`;
    const { code, out } = await run('doctor').finally(
      () => admin`insert into migrate.applied ${admin(row ?? {})}`,
    );
    expect(out).toMatch(
      /^FAIL {2}migrations .*not applied: votes\/0001_votes\.sql\. Run node packages\/migrate/m,
    );
    expect(code).toBe(1);
  });
});

describe('the smoke test', () => {
  test('plays a contest at the services, and takes back what it published and its accounts', async () => {
    const { code, out, err } = await run('smoke');
    expect(`${out}${err}`).toMatch(/The system works\.\n$/);
    expect(out).toMatch(/^ok {4}the ranking has it, votes: 1/m);
    expect(code).toBe(0);
    expect((await new Api(stack.url).send('GET', '/api/public/rankings')).body).toEqual([]);
    const accounts = await admin`select email from auth.users`;
    expect(accounts).toEqual([{ email: null }, { email: null }]);
  }, 60_000);

  test('plays it through the load balancer too; a closed contest is said and its votes are skipped', async () => {
    const [contest] = await admin`select opens_at, closes_at from votes.contest`;
    await admin`update votes.contest set opens_at = now() - interval '2 days', closes_at = now() - interval '1 day'`;
    const { code, out } = await run('smoke', { BASE_URL: stack.url }).finally(
      () => admin`update votes.contest set ${admin(contest ?? {})}`,
    );
    expect(out).toMatch(/^skip {2}votes: voting is closed/m);
    expect(out).toMatch(/^ok {4}the ranking has it, votes: 0/m);
    expect(code).toBe(0);
  }, 60_000);

  test('takes for right that votes need a verified e-mail, where they do', async () => {
    const { DATABASE_URL = '' } = environmentOf(stack.pidOf('votes'));
    const strict = await startService('votes', { DATABASE_URL, VOTE_NEEDS_VERIFIED_EMAIL: 'true' });
    await strict.untilReady();
    const { code, out } = await run('smoke', { VOTES_URL: strict.url }).finally(strict.stop);
    expect(out).toMatch(/^skip {2}votes: they need a verified e-mail/m);
    expect(out).toMatch(/^ok {4}the ranking has it, votes: 0/m);
    expect(code).toBe(0);
  }, 60_000);

  test('goes as far as it can while organisers review videos', async () => {
    const set = (on: boolean) => admin`update votes.contest set review_before_publication = ${on}`;
    await set(true);
    const { code, out } = await run('smoke').finally(() => set(false));
    expect(out).toMatch(/^skip {2}the public page, votes and ranking: organisers review videos/m);
    expect(out).toMatch(/^ok {4}the clip is withdrawn and deleted/m);
    expect(code).toBe(0);
  }, 60_000);

  test('says at which step votes are away, and takes back what it published', async () => {
    const { code, out } = await run('smoke', { VOTES_URL: await nowhere() });
    expect(out).toMatch(/^FAIL {2}the contest tells its window: .*does not answer \(ECONNREFUSED\)/m);
    expect(out).not.toContain('the fan votes');
    expect(out).toMatch(/^ok {4}the clip is withdrawn and deleted/m);
    expect(code).toBe(1);
    expect((await new Api(stack.url).send('GET', '/api/public/videos')).body).toEqual([]);
  }, 60_000);

  test('says that no worker took the clip in time', async () => {
    const transcoder = stack.pidOf('transcoder');
    process.kill(transcoder, 'SIGSTOP');
    const { code, out } = await run('smoke', { SMOKE_TIMEOUT_SECONDS: '1' }).finally(() =>
      process.kill(transcoder, 'SIGCONT'),
    );
    expect(out).toMatch(
      /^FAIL {2}the clip is processed: video .* should be processed within 1 s but is still "uploaded"/m,
    );
    expect(out).toMatch(/^ok {4}the clip is withdrawn and deleted/m);
    expect(code).toBe(1);
  }, 60_000);

  test('says which addresses are missing, and where they are described', async () => {
    const { code, err } = await run('smoke', { VOTES_URL: '', PORTAL_URL: '' });
    expect(err).toMatch(
      /VOTES_URL: is required\n {2}PORTAL_URL: is required\npackages\/toolbox\/README\.md /,
    );
    expect(code).toBe(78);
  });
});

async function serviceCommand(words: string[], change: Record<string, string> = {}) {
  const child = spawn(process.execPath, ['stack/src/command.ts', ...words], {
    cwd: root,
    // A shell's own account, which must not be asked.
    env: { ...process.env, DATA_DIR: folder.path, AWS_ACCESS_KEY_ID: 'elsewhere', ...change },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  keepOutput(child, 'command');
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

describe('npm run videos --', () => {
  const command = (name: string, change?: Record<string, string>) => serviceCommand(['videos', name], change);

  test('audit finds store and catalogue in step after the contest that was played', async () => {
    const { code, out } = await command('audit');
    expect(JSON.parse(out)).toMatchObject({ objects_without_rows: [], rows_without_objects: [] });
    expect(code).toBe(0);
  });

  test('audit names what is left of a video that was deleted, until clean-up has removed it', async () => {
    const [deleted] = await admin`select id from videos.videos where deleted_at is not null`;
    const key = `originals/${deleted?.id}`;
    const s3 = new S3Client({
      endpoint: env.S3_ENDPOINT ?? '',
      region: env.AWS_REGION ?? '',
      forcePathStyle: true,
      credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
    });
    await s3.send(new PutObjectCommand({ Bucket: env.S3_BUCKET, Key: key, Body: 'x' }));
    const found = await command('audit');
    expect(JSON.parse(found.out)).toMatchObject({ objects_without_rows: [key] });
    expect(found.code).toBe(1);
    const cleaned = await command('clean-up', { ABANDONED_HOURS: '0' });
    expect(cleaned.out).toContain('{"uploads":0,"objects":1,"multiparts":0}');
    expect((await command('audit')).code).toBe(0);
  });

  test('refuses words that mean nothing to a command', async () => {
    const { code, err } = await serviceCommand(['videos', 'clean-up', '--dry-run']);
    expect([code, err]).toEqual([2, expect.stringContaining('clean-up takes no arguments')]);
  });

  test.each(['redrive', 'requeue'])('%s has nothing to do', async (name) => {
    const { code, out } = await command(name);
    expect(out).toMatch(/"(moved|videos)":0/);
    expect(code).toBe(0);
  });

  test('is for the user of the stack alone: its file holds a password', () => {
    expect(statSync(join(folder.path, 'videos.env')).mode & 0o777).toBe(0o600);
  });

  test('says which commands there are, and where no stack runs', async () => {
    const unknown = await command('audti');
    expect(unknown.err).toContain('one of: audit, clean-up, redrive, requeue\n');
    const elsewhere = await command('audit', { DATA_DIR: root });
    expect(elsewhere.err).toContain(`No stack runs on ${root.replace(/\/$/, '')}: npm start`);
    expect([unknown.code, elsewhere.code]).toEqual([2, 2]);
  });
});

test('npm run auth -- role makes an organiser of an account, and a player again', async () => {
  const api = new Api(stack.url);
  const { email } = await api.signUp();
  const signIn = async () => {
    const { body } = await api.send('POST', '/api/auth/login', { body: { email, password: PASSWORD } });
    return { authorization: `Bearer ${body.access_token}` };
  };
  const redrive = async (headers: Record<string, string>) =>
    (await api.send('POST', '/api/admin/dead-letters/redrive', { headers })).status;
  expect(await redrive(await signIn())).toBe(403);
  const granted = await serviceCommand(['auth', 'role', email.toUpperCase(), 'organiser']);
  expect([granted.code, granted.out]).toEqual([
    0,
    expect.stringContaining('organiser, from the next login on'),
  ]);
  const organiser = await signIn();
  expect(await redrive(organiser)).toBe(200);
  await serviceCommand(['auth', 'role', email, 'player']);
  await vi.waitFor(async () => expect(await redrive(organiser)).toBe(401), 5000);
  expect(await redrive(await signIn())).toBe(403);

  const unknown = await serviceCommand(['auth', 'role', 'nobody@example.com', 'organiser']);
  expect([unknown.code, unknown.err]).toEqual([1, 'There is no account of nobody@example.com.\n']);
  for (const words of [[email], [email, 'admin'], [email, 'player', 'organiser']]) {
    const { code, err } = await serviceCommand(['auth', 'role', ...words]);
    expect([code, err]).toEqual([2, 'role EMAIL ROLE, which is one of: player, organiser\n']);
  }
});

test('npm run auth -- export-account and delete-account do for a person what the API does', async () => {
  const { email } = await new Api(stack.url).signUp();
  const exported = await serviceCommand(['auth', 'export-account', email.toUpperCase()]);
  expect(JSON.parse(exported.out)).toMatchObject({
    account: { email, city: 'Bogotá' },
    videos: [],
    votes: [],
  });
  const deleted = await serviceCommand(['auth', 'delete-account', email]);
  expect([deleted.code, deleted.out]).toEqual([0, expect.stringContaining('is deleted')]);
  for (const command of ['export-account', 'delete-account']) {
    const unknown = await serviceCommand(['auth', command, email]);
    expect([unknown.code, unknown.err]).toEqual([1, `There is no account of ${email}.\n`]);
    for (const words of [[], [email, 'now']]) {
      const { code, err } = await serviceCommand(['auth', command, ...words]);
      expect([code, err]).toEqual([2, `${command} EMAIL\n`]);
    }
  }
});
