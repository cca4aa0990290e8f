import type { ISql, Sql } from '@anb/service-kit/database';
import type { EndingUpload } from './uploads.ts';

/** Of a deleted account, to be let go of. */
export interface LeftUpload extends EndingUpload {
  /** No request can be storing any more. */
  is_still: boolean;
}

export interface Left {
  /** Videos and uploads that came into being after their account's deletion. */
  forgotten: number;
  uploads: LeftUpload[];
}

/**
 * Forgets what a request under way at the deletion brought after it, and takes the uploads that ended with their
 * accounts. One replica at a time.
 */
export async function forgetDeletedOwners(sql: Sql): Promise<Left> {
  return sql.begin(async (transaction) => {
    const [turn] = await transaction<{ mine: boolean }[]>`
      select pg_try_advisory_xact_lock(hashtextextended('videos.deleted-accounts', 0)) as mine`;
    if (!turn?.mine) return { forgotten: 0, uploads: [] };
    const owners = await transaction<{ forgotten: number }[]>`
      select videos.forget_owner_v1(id) as forgotten
      from auth.deleted_account d
      where exists (select from videos.videos v where v.user_id = d.id and v.deleted_at is null)
        or exists (select from videos.uploads u where u.user_id = d.id and u.state <> 'ending')
        or exists (select from videos.reports r where r.user_id = d.id)`;
    return {
      forgotten: owners.reduce((sum, { forgotten }) => sum + forgotten, 0),
      uploads: await takeUploads(transaction),
    };
  });
}

/**
 * While a request may be storing what its upload brings, the row stays, and so does the look at what it stored; touched
 * now, for the clean-up takes what nobody does. A direct one has its multipart a moment after its row.
 */
const takeUploads = (sql: ISql) => sql<LeftUpload[]>`
  update videos.uploads u
  set touched_at = now()
  from auth.deleted_account d
  where d.id = u.user_id and u.state = 'ending'
  returning u.video_id, u.object_key, u.upload_id,
    u.size_bytes is not null and u.upload_id is not null or u.started_at < now() - interval '1 hour' as is_still`;
