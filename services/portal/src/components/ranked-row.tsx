import type { RankingRow } from '@anb/api-client/contract';
import * as texts from '#texts/rankings';
import type { ContestState } from '../contest-state.ts';
import { formatNumber } from '../format.ts';
import { StarIcon } from './icons.tsx';
import { Poster } from './poster.tsx';
import { Votes } from './votes.tsx';

interface RankedRowProps {
  row: RankingRow;
  /** Who qualifies is a fact only when the result is frozen. */
  contestState: ContestState;
  /** Places gained since the last look; less than 0: lost. */
  moved?: number;
}

export function RankedRow({ row, contestState, moved = 0 }: RankedRowProps) {
  const href = `/videos/${row.video_id}`;
  return (
    <li class={`ranked ranked-${row.position}`} data-video={row.video_id}>
      <span class="ranked-place">
        <span class="unseen">{texts.place(row.position)}</span>
        <span aria-hidden="true">{formatNumber(row.position)}</span>
      </span>
      <Poster src={row.poster_url} />
      <div>
        <a class="ranked-name written" href={href}>
          {row.username}
        </a>{' '}
        {moved !== 0 && (
          <span class={`ranked-move${moved < 0 ? ' ranked-move-down' : ''}`} aria-hidden="true">
            {moved > 0 ? texts.moved.up(moved) : texts.moved.down(-moved)}
          </span>
        )}
        <p class="soft small written">
          {row.city} · {row.title}
        </p>
        {row.qualifies && texts.qualifies[contestState] && (
          <p class="ranked-final">
            <StarIcon />
            {texts.qualifies[contestState]}
          </p>
        )}
      </div>
      <Votes count={row.votes} />
    </li>
  );
}
