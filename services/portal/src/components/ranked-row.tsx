import type { RankingRow } from '@anb/api-client/contract';
import * as texts from '#texts/rankings';
import { formatNumber } from '../format.ts';
import { StarIcon } from './icons.tsx';
import { Poster } from './poster.tsx';
import { Votes } from './votes.tsx';

interface RankedRowProps {
  row: RankingRow;
  /** After the close it is a fact, before only how it stands. */
  isVotingOpen: boolean;
  /** Places gained since the last look; less than 0: lost. */
  moved?: number;
}

export function RankedRow({ row, isVotingOpen, moved = 0 }: RankedRowProps) {
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
        {row.qualifies && (
          <p class="ranked-final">
            <StarIcon />
            {isVotingOpen ? texts.wouldQualify : texts.qualified}
          </p>
        )}
      </div>
      <Votes count={row.votes} />
    </li>
  );
}
