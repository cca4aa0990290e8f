import type { ISql, Sql } from '@anb/service-kit/database';
import { originalKey } from '@anb/service-kit/media';
import type { Person, Video, Vote } from './records.ts';

/** A transaction as the owner of all tables, as whom nobody logs in. */
export function asOwner<T>(sql: Sql, work: (owner: ISql) => Promise<T>): Promise<T> {
  return sql.begin(async (transaction) => {
    await transaction`set local role anb_owner`;
    return work(transaction);
  }) as Promise<T>;
}

/** What was imported as what, so that an import can be repeated; services may not see it. */
export async function prepareSchema(owner: ISql): Promise<void> {
  await owner`create schema if not exists import`;
  await owner`
    create table if not exists import.users (
      source   text not null, -- the older contest's name
      old_id   text not null,
      user_id  integer,       -- null when that account was deleted: it does not come in again
      primary key (source, old_id)
    )`;
  await owner`
    create table if not exists import.videos (
      source    text not null,
      old_id    text not null,
      video_id  uuid not null,
      primary key (source, old_id)
    )`;
}

/**
 * A number whose account was deleted names nobody, so nothing leads to it from an id of the dump either. That these
 * people were here stays known.
 */
export async function forgetDeleted(owner: ISql): Promise<void> {
  await owner`
    update import.users
    set user_id = null
    where user_id in (select id from auth.deleted_account)`;
  await owner`
    delete from import.videos known
    using videos.videos v
    where v.id = known.video_id and v.user_id in (select id from auth.deleted_account)`;
}

/** A batch as one parameter. */
const rowsOf = (sql: ISql, batch: readonly object[]) => sql`${JSON.stringify(batch)}::text::json`;

/** By the dump's ids; those that are in neither were known before. */
export interface StoredPeople {
  created: Set<string>;
  merged: Set<string>;
  /** Their e-mail has an account that never verified it, which anybody may have made. */
  unverified: Set<string>;
  /** Known before, with another password. */
  renewed: Set<string>;
}

/** Whoever has an account already keeps it as it is, and is that account from now on. */
export async function storePeople(
  owner: ISql,
  source: string,
  people: readonly Person[],
  mergesUnverified: boolean,
): Promise<StoredPeople> {
  const renewed = await renewPasswords(owner, source, people);
  const created = await createAccounts(owner, source, people);
  // A statement of its own, which sees those, and who signed up while they were made.
  const others = await owner<{ old_id: string; is_theirs: boolean }[]>`
    with judged as (
      select given.old_id, account.id, account.email_verified or ${mergesUnverified} as is_theirs
      from json_to_recordset(${rowsOf(owner, people)}) as given (old_id text, email text)
      join auth.users account on lower(account.email) = lower(given.email)
      where not exists (
        select from import.users known where known.source = ${source} and known.old_id = given.old_id
      )
    ), merged as (
      insert into import.users (source, old_id, user_id)
      select ${source}, old_id, id from judged where is_theirs
      on conflict do nothing
    )
    select old_id, is_theirs from judged`;
  const idsOf = (isTheirs: boolean) =>
    new Set(others.filter(({ is_theirs }) => is_theirs === isTheirs).map(({ old_id }) => old_id));
  return { created, merged: idsOf(true), unverified: idsOf(false), renewed };
}

/**
 * Of people whose hash is still the one that an earlier run brought: the first sign-in here makes another of it, and
 * so does a reset. Where two ids share an account, nothing tells whose password it has.
 */
async function renewPasswords(owner: ISql, source: string, people: readonly Person[]): Promise<Set<string>> {
  const rows = await owner<{ old_id: string }[]>`
    update auth.users account
    set password_hash = given.password_hash, updated_at = now()
    from json_to_recordset(${rowsOf(owner, people)}) as given (old_id text, password_hash text, has_password boolean)
    join import.users known on known.source = ${source} and known.old_id = given.old_id
    where account.id = known.user_id and account.password_hash like '$2%'
      and given.has_password and given.password_hash <> account.password_hash
      and known.user_id not in (
        select user_id from import.users where user_id is not null group by user_id having count(*) > 1
      )
    returning given.old_id`;
  return new Set(rows.map(({ old_id }) => old_id));
}

/** Of people with one e-mail the first has the account. */
async function createAccounts(owner: ISql, source: string, people: readonly Person[]): Promise<Set<string>> {
  const rows = await owner<{ old_id: string }[]>`
    with fresh as (
      select distinct on (lower(email)) *
      from json_to_recordset(${rowsOf(owner, people)}) as given (
        line integer, old_id text, first_name text, last_name text, name_key text, city text, city_key text,
        country text, email text, email_verified boolean, password_hash text, created_at timestamptz
      )
      where not exists (
        select from import.users known where known.source = ${source} and known.old_id = given.old_id
      )
      order by lower(email), line
    ), created as (
      insert into auth.users (
        first_name, last_name, name_key, city, city_key, country, email, email_verified, password_hash, created_at
      )
      select first_name, last_name, name_key, city, city_key, country, email, email_verified, password_hash,
        coalesce(created_at, now())
      from fresh
      order by line
      on conflict do nothing
      returning id, lower(email) as email
    )
    insert into import.users (source, old_id, user_id)
    select ${source}, fresh.old_id, created.id
    from created join fresh on lower(fresh.email) = created.email
    returning old_id`;
  return new Set(rows.map(({ old_id }) => old_id));
}

/** What an import knows of a video of the dump. */
export interface KnownVideo {
  old_id: string;
  /** Of its player's account, while there is one. */
  owner_id: number | null;
  video_id: string | null;
  /** An earlier run did not have its file. */
  lacks_original: boolean;
}

export async function findVideos(
  owner: ISql,
  source: string,
  videos: readonly Video[],
): Promise<Map<string, KnownVideo>> {
  const rows = await owner<KnownVideo[]>`
    select given.old_id, account.id as owner_id, known.video_id,
      coalesce(v.status = 'failed' and v.failure_code = 'original_missing' and v.deleted_at is null, false)
        as lacks_original
    from json_to_recordset(${rowsOf(owner, videos)}) as given (old_id text, owner text)
    left join import.users player on player.source = ${source} and player.old_id = given.owner
    left join auth.users account on account.id = player.user_id and account.deleted_at is null
    left join import.videos known on known.source = ${source} and known.old_id = given.old_id
    left join videos.videos v on v.id = known.video_id`;
  return new Map(rows.map((row) => [row.old_id, row]));
}

/** Notes that its bytes are about to be stored, as an upload is, so that a crash leaves no object that nobody knows. */
export async function beginOriginal(owner: ISql, videoId: string, ownerId: number): Promise<void> {
  await owner`
    insert into videos.uploads (video_id, user_id, object_key)
    values (${videoId}, ${ownerId}, ${originalKey(videoId)})
    on conflict (video_id) do update set state = 'open', touched_at = now()`;
}

export type NewVideo = Pick<
  Video,
  'old_id' | 'title' | 'title_key' | 'is_public' | 'uploaded_at' | 'original_filename'
> & {
  id: string;
  user_id: number;
  /** null: its file is missing, which its player is told. */
  size_bytes: number | null;
};

/** New videos with their jobs; those without a file can only be deleted, or given one by another run. */
export async function storeVideos(owner: ISql, source: string, videos: readonly NewVideo[]): Promise<void> {
  await owner`
    with given as (
      select *, size_bytes is not null as is_there
      from json_to_recordset(${rowsOf(owner, videos.map(withKey))}) as rows (
        id uuid, old_id text, user_id integer, title text, title_key text, is_public boolean,
        uploaded_at timestamptz, original_filename text, original_key text, size_bytes bigint
      )
    ), stored as (
      insert into videos.videos (
        id, user_id, title, title_key, original_filename, original_key, size_bytes, is_public, uploaded_at,
        status, failure_code
      )
      select id, user_id, title, title_key, original_filename, original_key, size_bytes, is_public,
        coalesce(uploaded_at, now()),
        case when is_there then 'uploaded' else 'failed' end,
        case when not is_there then 'original_missing' end
      from given
      on conflict do nothing
      returning id, status
    ), queued as (
      insert into videos.outbox (kind, video_id)
      select 'transcode', id from stored where status = 'uploaded'
    ), ended as (
      delete from videos.uploads where video_id in (select id from given)
    )
    insert into import.videos (source, old_id, video_id)
    select ${source}, old_id, id from given
    on conflict do nothing`;
}

const withKey = (video: NewVideo) => ({ ...video, original_key: originalKey(video.id) });

/** A video whose file an earlier run did not have is queued now that the store has it. */
export async function queueCompleted(owner: ISql, videoId: string, bytes: number): Promise<void> {
  await owner`
    with completed as (
      update videos.videos
      set status = 'uploaded', failure_code = null, size_bytes = ${bytes}, attempts = 0, deaths = 0, resends = 0,
        queued_at = now()
      where id = ${videoId} and status = 'failed' and failure_code = 'original_missing' and deleted_at is null
      returning id
    )
    insert into videos.outbox (kind, video_id)
    select 'transcode', id from completed`;
}

export interface StoredVotes {
  recorded: number;
  refused: { line: number; reason: string }[];
}

/** The tallies go up by the rows that are new, in the same transaction and in the order in which services take them. */
export async function storeVotes(owner: ISql, source: string, votes: readonly Vote[]): Promise<StoredVotes> {
  const [stored] = await owner<StoredVotes[]>`
    with judged as materialized (
      select given.line, video.id as video_id, voter.id as voter_id, given.cast_at,
        case
          when voter.id is null then format('its voter (%s) has no account here', given.voter)
          when video.id is null then format('its video (%s) was not imported', given.video)
          when video.user_id = voter.id then 'is for the voter''s own video'
        end as reason
      from json_to_recordset(${rowsOf(owner, votes)}) as given (
        line integer, voter text, video text, cast_at timestamptz
      )
      left join import.users known_voter on known_voter.source = ${source} and known_voter.old_id = given.voter
      left join auth.users voter on voter.id = known_voter.user_id and voter.deleted_at is null
      left join import.videos known_video on known_video.source = ${source} and known_video.old_id = given.video
      left join videos.videos video on video.id = known_video.video_id
    ), recorded as (
      insert into votes.votes (video_id, voter_id, cast_at)
      select video_id, voter_id, coalesce(cast_at, now())
      from judged
      where reason is null
      order by video_id, voter_id, cast_at
      on conflict do nothing
      returning video_id
    ), tallied as (
      insert into votes.tallies as t (video_id, votes)
      select video_id, count(*) from recorded group by video_id order by video_id
      on conflict (video_id) do update set votes = t.votes + excluded.votes
    )
    select
      (select count(*) from recorded)::integer as recorded,
      (
        select coalesce(json_agg(json_build_object('line', line, 'reason', reason) order by line), '[]')
        from judged
        where reason is not null
      ) as refused`;
  if (!stored) throw new Error('the votes were not stored');
  return stored;
}
