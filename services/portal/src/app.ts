import { unavailable } from '@anb/service-kit/errors';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import { homePage, homePolicy, type RankingRow, type Stats } from './home-page.ts';

export interface Dependencies extends HttpOptions {
  votesUrl: string;
}

const TIMEOUT_MS = 3000;

/** Builds the whole HTTP surface; its catch-all is the system's: JSON under /api/, see createHttp. */
export function createApp(dependencies: Dependencies) {
  const app = createHttp(dependencies);
  const read = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`${dependencies.votesUrl}${path}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch(() => null);
    if (!answer?.ok) throw unavailable();
    return (await answer.json()) as T;
  };

  app.get('/', async (c) => {
    const [ranking, stats] = await Promise.all([
      read<RankingRow[]>('/api/public/rankings?limit=24'),
      read<Stats>('/api/public/stats'),
    ]);
    return c.html(homePage(ranking, stats), 200, { 'Content-Security-Policy': homePolicy });
  });

  return app;
}
