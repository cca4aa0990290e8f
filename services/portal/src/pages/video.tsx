import type { Standing } from '@anb/api-client/contract';
import { ordinal } from '#texts/counts';
import * as texts from '#texts/videos';
import { cityName } from '../cities.ts';
import { Player } from '../components/player.tsx';
import { playerOf, VideoCard } from '../components/video-card.tsx';
import { contestNow } from '../contest-state.ts';
import { formatDate } from '../format.ts';
import { Island } from '../island.tsx';
import ContestNotice from '../islands/contest-notice.tsx';
import ReportVideo from '../islands/report-video.tsx';
import ShareButtons from '../islands/share-buttons.tsx';
import VoteButton from '../islands/vote-button.tsx';
import type { Page } from '../page.ts';
import { address } from '../query.ts';
import { ifThere, type Upstream } from '../upstream.ts';

const UUID = /^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/;
const SIZE = { width: 1280, height: 720 };
/** Others of the city, below. */
const MORE = 4;

/** null: it is not open for voting, or there never was one. */
export async function videoPage(upstream: Upstream, id: string, publicUrl: string): Promise<Page | null> {
  if (!UUID.test(id)) return null;
  const video = await upstream.video(id);
  if (!video) return null;
  const [standing, contest, cities, others] = await Promise.all([
    ifThere(upstream.standing(id)),
    upstream.contest().then(contestNow),
    upstream.cities(),
    upstream.videos({ city: video.user_city, limit: MORE + 1 }),
  ]);
  const player = playerOf(video);
  const city = cityName(video.user_city, cities);
  const more = others.rows.filter(({ video_id }) => video_id !== id).slice(0, MORE);
  return {
    title: `${video.title} · ${player}`,
    description: texts.videoDescription[contest.state](player, city, video.votes),
    canonical: `/videos/${id}`,
    preview: {
      ...SIZE,
      image: video.poster_url,
      video: video.processed_url,
      alt: texts.posterAlt(video.title, player),
    },
    section: 'videos',
    body: (
      <div class="stack-wide">
        <Island name="contest-notice" of={ContestNotice} props={{ contest }} />
        <article class="video-page">
          <Player src={video.processed_url} poster={video.poster_url} label={video.title} />
          <div class="video-side">
            <div>
              <h1 class="written">{video.title}</h1>
              <p class="written">{texts.by(player, city)}</p>
              <p class="soft small">{texts.published(formatDate(video.processed_at))}</p>
            </div>
            <div class="panel vote-panel">
              <Island
                name="vote-button"
                of={VoteButton}
                props={{
                  videoId: id,
                  votes: video.votes,
                  player,
                  userId: video.user_id,
                  contestState: contest.state,
                }}
              />
            </div>
            <Island
              name="share-buttons"
              of={ShareButtons}
              props={{ url: `${publicUrl}/videos/${id}`, text: texts.shareText[contest.state](player) }}
            />
            {standing && <Places standing={standing} />}
            <Island name="report-video" of={ReportVideo} props={{ videoId: id }} />
            <ul>
              <li data-only="organiser">
                <a href={address('/organizacion/reportes', { video: id })}>{texts.judge}</a>
              </li>
            </ul>
          </div>
        </article>
        {more.length > 0 && (
          <section class="stack" aria-labelledby="mas">
            <h2 id="mas" class="written">
              {texts.moreOf(city)}
            </h2>
            <div class="cards">
              {more.map((other) => (
                <VideoCard key={other.video_id} video={other} contestState={contest.state} cities={cities} />
              ))}
            </div>
            <p>
              <a href={address('/videos', { ciudad: city })}>{texts.allOf(city)}</a>
            </p>
          </section>
        )}
      </div>
    ),
  };
}

function Places({ standing: { city, in_city, national } }: { standing: Standing }) {
  return (
    <dl class="scoreboard" aria-label={texts.standing}>
      <Place {...in_city} where={texts.place(city)} href={address('/rankings', { ciudad: city })} />
      <Place {...national} where={texts.placeNational} href="/rankings" />
    </dl>
  );
}

interface PlaceProps {
  position: number;
  videos: number;
  where: string;
  href: string;
}

function Place({ position, videos, where, href }: PlaceProps) {
  return (
    <div>
      <dt>
        {texts.outOf(videos)} <a href={href}>{where}</a>
      </dt>
      <dd>{ordinal(position)}</dd>
    </div>
  );
}
