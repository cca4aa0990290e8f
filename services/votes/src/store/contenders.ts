import type { ISql } from '@anb/service-kit/database';
import type { Contender } from '../ranking.ts';

/** Every video open for voting with its votes, its player and its city as the contest names it. */
export async function readContenders(sql: ISql): Promise<Contender[]> {
  return sql<Contender[]>`
    select ballot.id as video_id, ballot.owner_id, ballot.title, ballot.published_at, ballot.media_version,
      player.first_name || ' ' || player.last_name as username,
      coalesce(city_name.city, ballot.city) as city,
      coalesce('contest:' || city_name.city, ballot.city_key) as city_key,
      city_name.city is not null as contest,
      coalesce(tallies.votes, 0) as votes
    from videos.ballot
    join auth.player_card player on player.id = ballot.owner_id
    left join votes.tallies on tallies.video_id = ballot.id
    left join votes.city_name on city_name.key = ballot.city_key
    where ballot.open`;
}
