import type { Stats } from '@anb/api-client/contract';
import { total } from '#texts/home';
import { formatNumber } from '../format.ts';

const shown = ['videos', 'votes', 'players', 'cities'] as const;

export function Scoreboard({ stats }: { stats: Stats }) {
  return (
    <dl class="scoreboard">
      {shown.map((name) => (
        <div key={name}>
          <dt>{total[name](stats[name])}</dt>
          <dd>{formatNumber(stats[name])}</dd>
        </div>
      ))}
    </dl>
  );
}
