import type { City, OpenVideo } from '@anb/api-client/contract';
import * as texts from '#texts/videos';
import { cityName } from '../cities.ts';
import type { ContestState } from '../contest-state.ts';
import { formatDuration } from '../format.ts';
import { Island } from '../island.tsx';
import VoteButton from '../islands/vote-button.tsx';
import { PlayIcon } from './icons.tsx';
import { Poster } from './poster.tsx';

interface VideoCardProps {
  video: OpenVideo;
  contestState: ContestState;
  /** To write the city as the contest does. */
  cities?: readonly City[];
  /** Whether it is seen without scrolling, so that its picture is not waited for. */
  isFirst?: boolean;
}

export function VideoCard({ video, contestState, cities = [], isFirst = false }: VideoCardProps) {
  const player = playerOf(video);
  const href = `/videos/${video.video_id}`;
  return (
    <article class="card">
      <div class="card-picture">
        <Poster src={video.poster_url} isFirst={isFirst} />
        <PlayIcon />
        <span class="card-time">{formatDuration(video.duration_seconds)}</span>
      </div>
      <div class="card-body">
        <h3 class="written">
          <a href={href}>{video.title}</a>
        </h3>
        <p class="soft small written">{texts.by(player, cityName(video.user_city, cities))}</p>
      </div>
      <div class="card-foot">
        <Island
          name="vote-button"
          of={VoteButton}
          props={{ videoId: video.video_id, votes: video.votes, player, userId: video.user_id, contestState }}
        />
      </div>
    </article>
  );
}

export const playerOf = (video: OpenVideo) => `${video.user_first_name} ${video.user_last_name}`;
