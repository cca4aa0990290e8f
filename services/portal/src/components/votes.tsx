import * as texts from '#texts/voting';
import { formatNumber } from '../format.ts';

export function Votes({ count }: { count: number }) {
  return (
    <span class="votes">
      <b>{formatNumber(count)}</b> <span class="small soft">{texts.votes(count)}</span>
    </span>
  );
}
