import { voteWord } from '#texts/counts';
import { formatNumber } from '../format.ts';

export function Votes({ count }: { count: number }) {
  return (
    <span class="votes">
      <b>{formatNumber(count)}</b> <span class="small soft">{voteWord(count)}</span>
    </span>
  );
}
