import type { Sql } from '@anb/service-kit/database';

export interface Change {
  video_id: string;
  at: Date;
  status: string;
  media_version: string | null;
  lease_token: string | null;
}

/** Has the database itself write down what becomes of each video, whoever changes it. */
export async function recordHistory(admin: Sql): Promise<void> {
  await admin.unsafe(`
    create schema chaos;
    create table chaos.changes (
      id             bigint generated always as identity primary key,
      video_id       uuid not null,
      at             timestamptz not null default clock_timestamp(),
      status         text not null,
      media_version  uuid,
      lease_token    uuid
    );
    create function chaos.record_change() returns trigger
    language plpgsql security definer set search_path = ''
    as $$
    begin
      insert into chaos.changes (video_id, status, media_version, lease_token)
      values (new.id, new.status, new.media_version, new.lease_token);
      return null;
    end $$;
    create trigger record_new after insert on videos.videos
      for each row execute function chaos.record_change();
    create trigger record_change after update on videos.videos
      for each row
      when ((old.status, old.media_version, old.lease_token) is distinct from (new.status, new.media_version, new.lease_token))
      execute function chaos.record_change();
  `);
}

export const changesOf = (admin: Sql, videoId: string) =>
  admin<Change[]>`
    select video_id, at, status, media_version, lease_token
    from chaos.changes where video_id = ${videoId} order by id`;

/** Videos that came to an end more than once, or that got another version of their media after they had one. */
export async function endedTwice(admin: Sql): Promise<string[]> {
  const rows = await admin<{ id: string }[]>`
    with step as (
      select video_id, status, media_version, lag(status) over (partition by video_id order by id) as before
      from chaos.changes
    )
    select video_id as id from step
    group by video_id
    having count(*) filter (where status in ('processed', 'failed') and before is distinct from status) > 1
      or count(distinct media_version) > 1`;
  return rows.map(({ id }) => id);
}
