import type { Stats } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { request } from '../client/api.ts';
import { Scoreboard } from '../components/scoreboard.tsx';

const EVERY_MS = 5000;

/** The contest's totals, asked for again while they are looked at. */
export default function LiveTotals({ stats }: { stats: Stats }) {
  const [current, setCurrent] = useState(stats);
  useEffect(() => {
    const timer = setInterval(async () => {
      if (document.hidden) return;
      const now = await request<Stats>('GET', '/api/public/stats').catch(() => undefined);
      if (now) setCurrent(now);
    }, EVERY_MS);
    return () => clearInterval(timer);
  }, []);
  return <Scoreboard stats={current} />;
}
