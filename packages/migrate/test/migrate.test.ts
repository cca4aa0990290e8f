import { openDatabase, type Sql } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { passwords } from '@anb/testing/logins';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, type Role, roles } from '../src/migrate.ts';

let database: TestDatabase;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

const asAdmin = async (work: (sql: Sql) => Promise<unknown>) => {
  const sql = openDatabase({ url: database.adminUrl, max: 1, applicationName: 'test' });
  return work(sql).finally(() => sql.end());
};

describe('migrate', () => {
  test('changes nothing the second time, also when several run at once', async () => {
    const reports: string[] = [];
    const run = () => asAdmin((sql) => migrate({ sql, passwords, report: (line) => reports.push(line) }));
    await Promise.all([run(), run(), run()]);
    expect(reports).toEqual([]);
  });

  test('refuses a file that was edited after it had been applied', async () => {
    await database.admin`update migrate.applied set checksum = 'other' where file = 'votes/0001_votes.sql'`;
    await expect(asAdmin((sql) => migrate({ sql, passwords, report: () => {} }))).rejects.toThrow(
      'votes/0001_votes.sql was changed after it had been applied',
    );
  });
});

/** What each role may read beyond its own schema. */
const granted: Record<Role, string[]> = {
  anb_auth: [],
  anb_videos: ['auth.player_card', 'auth.ended_session', 'auth.public_key', 'votes.tally', 'votes.city_name'],
  anb_votes: ['auth.player_card', 'auth.ended_session', 'auth.public_key', 'videos.ballot'],
  anb_transcoder: [],
};

describe.each(roles)('the login %s', (role) => {
  test('reaches its own schema and what is published to it, and no other table or view', async () => {
    const relations = await database.admin<{ name: string }[]>`
      select schemaname || '.' || tablename as name from pg_tables where schemaname in ('auth', 'videos', 'votes', 'migrate')
      union
      select schemaname || '.' || viewname from pg_views where schemaname in ('auth', 'videos', 'votes', 'migrate')`;
    const sql = database.connect(role);
    const readable: string[] = [];
    for (const { name } of relations) {
      await sql.unsafe(`select from ${name} limit 1`).then(
        () => readable.push(name),
        (error) => expect(error.code).toBe('42501'),
      );
    }
    const own = relations.map(({ name }) => name).filter((name) => name.startsWith(`${role.slice(4)}.`));
    expect(readable.sort()).toEqual([...own, ...granted[role], 'migrate.applied_file'].sort());
    expect(relations.length).toBeGreaterThan(10);
  });

  test('can make no table, anywhere', async () => {
    const sql = database.connect(role);
    for (const schema of ['auth', 'videos', 'votes', 'public']) {
      await expect(sql.unsafe(`create table ${schema}.mine (id integer)`)).rejects.toMatchObject({
        code: '42501',
      });
    }
  });

  test('calls the functions of the lease only if it is the transcoder', async () => {
    const call = database.connect(role)`select * from videos.take_lease_v3(gen_random_uuid(), 30, 5, 5)`;
    if (role === 'anb_transcoder') expect(await call).toMatchObject([{ outcome: 'final' }]);
    else await expect(call).rejects.toMatchObject({ code: '42501' });
  });
});
