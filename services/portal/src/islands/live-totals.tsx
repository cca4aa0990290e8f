import type { Stats } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { request } from '../client/api.ts';
import { poll } from '../client/poll.ts';
import { Scoreboard } from '../components/scoreboard.tsx';

const EVERY_MS = 5000;

/** The contest's totals, asked for again while they are looked at. */
export default function LiveTotals({ stats }: { stats: Stats }) {
  const [current, setCurrent] = useState(stats);
  useEffect(
    () =>
      poll(EVERY_MS, async (signal) =>
        setCurrent(await request<Stats>('GET', '/api/public/stats', { signal })),
      ),
    [],
  );
  return <Scoreboard stats={current} />;
}
