import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { statSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '@anb/service-kit/database';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { bcryptOf, makeContest, writeCsv } from './dumps.ts';
import { type Ground, prepare } from './setup.ts';

const program = fileURLToPath(new URL('../src/main.ts', import.meta.url));

let ground: Ground;
beforeEach(async () => {
  ground = await prepare();
});
afterEach(() => ground.remove());

function start(words: string[], url = ground.adminUrl, execArgv: string[] = []) {
  const all = [...execArgv, program, '--source', 'liga-2024', '--report', ground.reportPath, ...words];
  return spawn(process.execPath, all, { env: { DATABASE_URL: url }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(...command: Parameters<typeof start>) {
  const child = start(...command);
  const [out, err, [code]] = await Promise.all([text(child.stdout), text(child.stderr), once(child, 'exit')]);
  return { code, out, err };
}

test('ends with a line of JSON, says no password, and needs no superuser: the role that migrates will do', async () => {
  const { admin, adminUrl } = ground;
  const [{ name } = { name: '' }] = await admin<{ name: string }[]>`select current_database() as name`;
  await admin.unsafe(`create role master_${name} login createrole password 'master-secret';
    grant anb_owner to master_${name}; grant connect on database ${name} to master_${name}`);
  const contest = makeContest(3, 2);
  const dump = writeCsv(ground.folder, {
    ...contest,
    users: contest.users.map((user) => (user.id === '3' ? { ...user, password: 'plain-secret' } : user)),
  });
  const url = adminUrl.replace(/\/\/[^@]*@/, `//master_${name}:master-secret@`);
  const { code, out, err } = await run(dump, url);
  expect(code).toBe(0);
  expect(JSON.parse(out)).toEqual({
    users: { read: 3, created: 3, merged: 0, known: 0, refused: 0 },
    videos: { read: 3, queued: 0, without_file: 3, known: 0, refused: 0 },
    votes: { read: 2, recorded: 2, known: 0, refused: 0 },
    dry_run: false,
    report: ground.reportPath,
  });
  for (const secret of [bcryptOf(1), 'plain-secret', 'master-secret']) {
    expect(`${out}${err}${ground.report()}`).not.toContain(secret);
  }
  expect(statSync(ground.reportPath).mode & 0o777).toBe(0o600);
  // As docs/import.md ends an import.
  const master = openDatabase({ url, max: 1, applicationName: 'test' });
  await master`set role anb_owner`;
  await master`drop schema import cascade`;
  await master.end();
  await admin.unsafe(`drop owned by master_${name}; drop role master_${name}`);
});

test('tells what is wrong before anything is written', async () => {
  const [users = ''] = writeCsv(ground.folder, { users: [{ id: 1, email: 'ana@example.com' }] });
  expect(await run([users])).toMatchObject({ code: 1, err: expect.stringMatching(/first_name \(.*nombre/) });
  expect(await run([])).toMatchObject({
    code: 2,
    err: expect.stringMatching(/^Name the dump\.\n\nnpm run import/),
  });
});

test('takes a hundred thousand votes without having them in memory together', async () => {
  // 20 MB of ids, and as much again for each copy of them.
  const contest = makeContest(400, 100_000, (id) => String(id).padStart(100, 'x'));
  const dump = writeCsv(ground.folder, contest);
  const { code, out } = await run(dump, ground.adminUrl, [
    '--max-old-space-size=40',
    '--max-semi-space-size=2',
  ]);
  expect(code).toBe(0);
  expect(JSON.parse(out).votes).toEqual({ read: 100_000, recorded: 100_000, known: 0, refused: 0 });
  expect(await ground.wrongTallies()).toEqual([]);
}, 60_000);

const contest = makeContest(700, 7000);

test.each([
  ['people', 'auth.users', 500, "new.email = 'ana600@example.com'"],
  ['videos', 'videos.videos', 500, "new.title = 'Triple 600'"],
  ['votes', 'votes.votes', 5000, `new.cast_at = '${contest.votes[6000]?.created_at}'`],
])(
  'killed among the %s it goes on when it is repeated, and nothing is there twice',
  async (...row) => {
    const [, table, committed, hangsAt] = row;
    const { admin } = ground;
    const dump = writeCsv(ground.folder, contest);
    await admin.unsafe(`
    create function public.hang() returns trigger language plpgsql as 'begin perform pg_sleep(100); return new; end';
    create trigger hang before insert on ${table} for each row when (${hangsAt}) execute function public.hang()`);
    const child = start(dump);
    const exit = once(child, 'exit');
    const hanging = () => admin<{ pid: number }[]>`
    select pid from pg_stat_activity
    where wait_event = 'PgSleep' and application_name = 'import' and datname = current_database()`;
    await vi.waitFor(async () => expect(await hanging()).toHaveLength(1), { timeout: 30_000, interval: 20 });
    child.kill('SIGKILL');
    await exit;
    await admin`select pg_terminate_backend(pid, 5000) from (${hanging()}) hanging`;
    await admin.unsafe(`drop trigger hang on ${table}`);
    const [before] = await admin.unsafe(`select count(*)::integer as rows from ${table}`);
    expect(before?.rows).toBe(committed);

    const { users, videos, votes } = await ground.run(dump);
    expect([users.refused, videos.refused, votes.refused]).toEqual([0, 0, 0]);
    const after = await ground.imported();
    expect([after.users.length, after.videos.length, after.votes.length]).toEqual([700, 700, 7000]);
    expect(await ground.wrongTallies()).toEqual([]);
  },
  60_000,
);
