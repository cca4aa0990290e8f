import type { Sql } from '@anb/service-kit/database';
import { AUDIENCE, createPlayers, ISSUER } from '@anb/testing/players';
import { exportJWK } from 'jose';
import type { Voters } from './questions.ts';

const CITIES = ['Bogotá', 'Medellín', 'Cali', 'Barranquilla', 'Cartagena', 'Bucaramanga', 'Pereira', 'Tunja'];

/** Accounts whose numbers follow each other. */
export interface Accounts {
  first: number;
  count: number;
}

/** Those before the place, and the others. */
export const split = ({ first, count }: Accounts, place: number): [Accounts, Accounts] => [
  { first, count: place },
  { first: first + place, count: count - place },
];

export async function addAccounts(admin: Sql, count: number, passwordHash = 'none'): Promise<Accounts> {
  const [added] = await admin<{ first: number }[]>`
    with added as (
      insert into auth.users
        (first_name, last_name, name_key, city, city_key, country, email, email_verified, password_hash)
      select 'Ana', 'Ríos ' || n, 'ana rios ' || n, city, lower(city), 'Colombia', 'player-' || n || '@example.com',
        true, ${passwordHash}
      from (
        select n, (${CITIES}::text[])[1 + n % ${CITIES.length}::integer] as city
        from generate_series(1 + (select count(*) from auth.users), ${count} + (select count(*) from auth.users)) n
      ) as player
      returning id
    )
    select min(id) as first from added`;
  return { first: added?.first ?? 0, count };
}

/** Videos open for voting, of these players in turn, with `votes` each on average, by whoever. */
export async function addVideos(admin: Sql, count: number, owners: Accounts, votes = 0) {
  const videos = await admin<{ id: string }[]>`
    insert into videos.videos
      (id, user_id, title, title_key, original_filename, original_key, is_public, status, city, city_key,
        processed_at, published_at, media_version, duration_seconds)
    select gen_random_uuid(), player.id, 'Triple desde la esquina ' || n, 'triple desde la esquina ' || n, 'clip.mp4',
      'originals/' || n, true, 'processed', player.city, player.city_key,
      now() - n * interval '1 second', now() - n * interval '1 second', gen_random_uuid(), 16.5
    from generate_series(0, ${count}::integer - 1) n
    join auth.users player on player.id = ${owners.first}::integer + n % ${owners.count}::integer
    returning id`;
  const ids = videos.map(({ id }) => id);
  if (votes > 0) await addVotes(admin, ids, votes);
  await admin`analyze`;
  return ids;
}

/** The first has twice as many as `each`, the last none. */
async function addVotes(admin: Sql, ids: readonly string[], each: number): Promise<void> {
  await admin`
    insert into votes.votes (video_id, voter_id)
    select id, 1000000000 + voter
    from unnest(${ids}::uuid[]) with ordinality as video (id, place)
    cross join lateral generate_series(1, 2 * ${each}::integer * (${ids.length}::integer - place) / ${ids.length}) voter`;
  await admin`
    insert into votes.tallies (video_id, votes)
    select video_id, count(*) from votes.votes where video_id = any(${ids}::uuid[]) group by video_id`;
}

/** A key that the services know, to sign voters in with as auth would. */
export async function addKey(admin: Sql): Promise<Voters['key']> {
  const { kid, privateKey } = await createPlayers(admin);
  return {
    jwk: (await exportJWK(privateKey)) as Voters['key']['jwk'],
    kid,
    issuer: ISSUER,
    audience: AUDIENCE,
  };
}

/** Of the rows and of the tallies, which must say the same. */
export async function countVotes(admin: Sql, videos: readonly string[]): Promise<number> {
  const [counted] = await admin<{ rows: number; tallies: number }[]>`
    select
      (select count(*)::integer from votes.votes where video_id = any(${videos}::uuid[])) as rows,
      (select coalesce(sum(votes), 0)::integer from votes.tallies where video_id = any(${videos}::uuid[])) as tallies`;
  if (!counted || counted.rows !== counted.tallies) {
    throw new Error(`${counted?.rows} votes, but the tallies say ${counted?.tallies}`);
  }
  return counted.rows;
}
