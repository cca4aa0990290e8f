import { spawnSync } from 'node:child_process';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { createPlayers } from '@anb/testing/players';
import { untilWaiting } from '@anb/testing/waiting';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { setRole } from '../src/store/users.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

test('who is made an organiser, and a player again, leaves a trace that nobody changes', async () => {
  const { id, sessionId } = await (await createPlayers(database.admin)).signUp();
  const [account] = await database.admin`select email from auth.users where id = ${id}`;
  const sql = database.connect('anb_auth');
  expect(await setRole(sql, account?.email, 'player')).toBe('has_it_already');
  expect(await database.admin`select id from auth.sessions where ended_at is not null`).toEqual([]);
  expect(await setRole(sql, account?.email.toUpperCase(), 'organiser')).toBe('set');
  expect(await setRole(sql, account?.email, 'organiser')).toBe('has_it_already');
  expect(await setRole(sql, account?.email, 'player')).toBe('set');
  expect(await setRole(sql, 'nobody@example.com', 'organiser')).toBe('no_such_account');

  const trace = { user_id: null, action: 'role', subject_id: id };
  expect(
    await database.admin`select user_id, action, subject_id, detail from auth.audit order by id`,
  ).toEqual([
    { ...trace, detail: { before: 'player', after: 'organiser' } },
    { ...trace, detail: { before: 'organiser', after: 'player' } },
  ]);
  const ended = await database.admin`select id from auth.sessions where ended_at is not null`;
  expect(ended).toEqual([{ id: sessionId }]);
  for (const statement of ["update auth.audit set action = ''", 'delete from auth.audit']) {
    await expect(sql.unsafe(statement)).rejects.toMatchObject({ code: '42501' });
  }
});

test('the command says when anybody may have signed up with the e-mail', async () => {
  const { admin } = database;
  const { id } = await (await createPlayers(admin)).signUp();
  const [account] = await admin`select email from auth.users where id = ${id}`;
  const program = new URL('../src/commands/role.ts', import.meta.url).pathname;
  const role = (wanted: string) => {
    const { status, stdout } = spawnSync(process.execPath, [program, account?.email.toUpperCase(), wanted], {
      env: { DATABASE_URL: database.url('anb_auth') },
      encoding: 'utf8',
    });
    return [status, /not verified/.test(stdout)];
  };
  expect(role('organiser')).toEqual([0, true]);
  expect(role('organiser')).toEqual([0, true]);
  expect(role('player')).toEqual([0, false]);
  await admin`update auth.users set email_verified = true where id = ${id}`;
  expect(role('organiser')).toEqual([0, false]);
});

test('a session that begins while the role changes ends with the others', async () => {
  const { admin } = database;
  const { id } = await (await createPlayers(admin)).signUp();
  const [account] = await admin`select email from auth.users where id = ${id}`;
  let changed: ReturnType<typeof setRole> | undefined;
  await admin.begin(async (signIn) => {
    await signIn`select from auth.users where id = ${id} for share`;
    changed = setRole(database.connect('anb_auth'), account?.email, 'organiser');
    await untilWaiting(admin, 1);
    await signIn`insert into auth.sessions (user_id, expires_at) values (${id}, now() + interval '1 day')`;
  });
  expect(await changed).toBe('set');
  expect(await admin`select from auth.sessions where user_id = ${id} and ended_at is null`).toEqual([]);
});
