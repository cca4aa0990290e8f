import { openDatabase, type Sql } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { passwords } from '@anb/testing/logins';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate } from '../src/migrate.ts';

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
