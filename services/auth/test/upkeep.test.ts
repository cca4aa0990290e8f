import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { createPlayers } from '@anb/testing/players';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { removeStale } from '../src/store/upkeep.ts';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const upkeep = () => removeStale(database.connect('anb_auth'), new AbortController().signal);

test('removes what means nothing any more, in batches, and nothing else', async () => {
  const { admin } = database;
  const { id } = await (await createPlayers(admin)).signUp();
  await admin`
    insert into auth.throttles (key, level, at)
    select 'old:' || n, 1, now() - interval '49 hours' from generate_series(1, 2500) n
    union all
    select 'young', 1, now() - interval '47 hours'`;
  await admin`
    insert into auth.known_addresses (user_id, address_hash, seen_at)
    values (${id}, 'old', now() - interval '91 days'), (${id}, 'young', now() - interval '89 days')`;
  await admin`
    insert into auth.sessions (user_id, expires_at, ended_at)
    values
      (${id}, now() - interval '91 minutes', null),
      (${id}, now() + interval '1 day', now() - interval '91 minutes'),
      (${id}, now() - interval '89 minutes', null),
      (${id}, now() + interval '1 day', now() - interval '89 minutes')`;

  await admin`
    insert into auth.email_codes (id, user_id, code_hash, tries_left, expires_at)
    select gen_random_uuid(), ${id}, '', 5, now() + n * interval '1 minute' from unnest(array[-1, 1]) n`;
  await admin`
    insert into auth.password_resets (token_hash, user_id, expires_at)
    select decode(n, 'hex'), ${id}, now() + (n || ' minutes')::interval from unnest(array['00', '01']) n`;
  await admin`insert into auth.former_accounts values (${id}, 'x', now() - interval '364 days')`;
  const gone = (await (await createPlayers(admin)).signUp()).id;
  await admin`insert into auth.former_accounts values (${gone}, 'x', now() - interval '367 days')`;

  expect(await upkeep()).toBe(2500 + 1 + 2 + 1 + 1 + 1);
  expect(await upkeep()).toBe(0);
  expect(await admin`select key from auth.throttles`).toEqual([{ key: 'young' }]);
  expect(await admin`select convert_from(address_hash, 'UTF8') as hash from auth.known_addresses`).toEqual([
    { hash: 'young' },
  ]);
  // With those that the accounts were signed up with.
  expect(await admin`select from auth.sessions`).toHaveLength(4);
  for (const table of ['email_codes', 'password_resets', 'former_accounts'])
    expect(await admin`select from auth.${admin(table)}`).toHaveLength(1);
});

test('keeps what other services must know of ended sessions', async () => {
  const shown = () => database.admin`select id from auth.ended_session order by id`;
  await database.admin`update auth.sessions set ended_at = now() - interval '64 minutes'`;
  const before = await shown();
  await upkeep();
  expect(before).toHaveLength(4);
  expect(await shown()).toEqual(before);
});

test('leaves it to the replica that is at it', async () => {
  await database.admin`update auth.throttles set at = now() - interval '3 days'`;
  await database.admin.begin(async (other) => {
    await other`select pg_advisory_xact_lock(hashtextextended('auth.upkeep', 0))`;
    expect(await upkeep()).toBe(0);
  });
  expect(await upkeep()).toBe(1);
});
