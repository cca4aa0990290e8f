import { execFile } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { openDatabase } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { Dump } from '../src/dump.ts';
import { importContest, rehearseImport } from '../src/import.ts';
import { Report } from '../src/report.ts';
import type { Media } from '../src/run.ts';

interface Ways {
  source?: string;
  media?: Media;
  isRehearsal?: boolean;
  mergesUnverified?: boolean;
}

export type Ground = Awaited<ReturnType<typeof prepare>>;

const deletion = fileURLToPath(
  new URL('../../../services/auth/src/commands/delete-account.ts', import.meta.url),
);

/** A database and a folder of a test's own. */
export async function prepare() {
  const database = await migratedDatabase();
  const { admin, adminUrl } = database;
  const folder = mkdtempSync(join(tmpdir(), 'anb-import-'));
  const reportPath = join(folder, 'report.csv');
  return {
    ...{ admin, adminUrl, folder, reportPath },
    report: () => readFileSync(reportPath, 'utf8'),
    /** As the program does it. */
    run: async (paths: string[], ways: Ways = {}) => {
      const { source = 'liga-2024', media, isRehearsal = false, mergesUnverified = false } = ways;
      const sql = openDatabase({ url: adminUrl, max: 1, applicationName: 'import', patient: true });
      const dump = await Dump.open(paths, {});
      const report = new Report(reportPath);
      const begin = isRehearsal ? rehearseImport : importContest;
      return begin({ sql, dump, source, report, media, mergesUnverified }).finally(async () => {
        await report.close();
        await sql.end();
      });
    },
    /** Everything that an import writes, without the ids that differ from one to the next. */
    imported: async () => {
      const users = await admin`
        select first_name, last_name, name_key, city, city_key, country, email, email_verified, password_hash, role,
          created_at
        from auth.users order by email`;
      const videos = await admin`
        select v.id, u.email, title, title_key, original_filename, original_key, is_public, status, failure_code,
          uploaded_at,
          (select count(*)::integer from videos.outbox o where o.video_id = v.id and kind = 'transcode') as jobs
        from videos.videos v join auth.users u on u.id = v.user_id order by title`;
      const votes = await admin`
        select v.video_id, u.email, cast_at
        from votes.votes v join auth.users u on u.id = v.voter_id order by 1, 2`;
      return { users, videos, votes };
    },
    /** Tallies that are not the sum of their rows. */
    wrongTallies: () => admin`
      select * from (select video_id, count(*)::integer as votes from votes.votes group by 1) counted
      full join votes.tallies t using (video_id)
      where counted.votes is distinct from t.votes`,
    /** How much there is under an account's number. */
    stored: async (id: number) => {
      const [counts] = await admin`
        select (select count(*)::integer from videos.videos where user_id = ${id}) as videos,
          (select count(*)::integer from votes.votes where voter_id = ${id}) as votes`;
      return counts;
    },
    /** As `npm run auth -- delete-account` does it; answers its number. */
    deleteAccount: async (email: string) => {
      const env = { DATABASE_URL: database.url('anb_auth') };
      const { stdout } = await promisify(execFile)(process.execPath, [deletion, email], { env });
      return Number(/account (\d+)/.exec(stdout)?.[1]);
    },
    remove: async () => {
      await database.drop();
      rmSync(folder, { recursive: true });
    },
  };
}

/** With the right that a migration gives, which a copy of a database does not have. */
async function migratedDatabase(): Promise<TestDatabase> {
  const made = await createTestDatabase();
  const [{ name } = { name: '' }] = await made.admin<{ name: string }[]>`select current_database() as name`;
  await made.admin.unsafe(`grant create on database ${name} to anb_owner`);
  return made;
}
