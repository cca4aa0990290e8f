import type { Player } from '@anb/testing/players';
import { openVotes } from './setup.ts';

// biome-ignore lint/suspicious/noExplicitAny: an answer is whatever was said; tests compare it
export type Answer = { status: number; body: any };

/** The service, and an organiser who asks it. */
export async function createContest() {
  const { database, players, sql, app, close } = await openVotes();
  const organiser = await players.signUp({ role: 'organiser' });

  const send = (method: string, path: string, body?: unknown, who: Player | null = organiser) =>
    app.request(path, {
      method,
      headers: { 'content-type': 'application/json', ...(who && { authorization: who.authorization }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  return {
    ...{ database, players, sql, app, organiser, send, close },
    ask: async (...request: Parameters<typeof send>): Promise<Answer> => {
      const answer = await send(...request);
      return { status: answer.status, body: await answer.json() };
    },
    vote: (videoId: string, who: Player) =>
      send('POST', `/api/public/videos/${videoId}/vote`, undefined, who),
    /** Ends now, whatever was set. */
    closeVoting: () => database.admin`
      update votes.contest set opens_at = least(opens_at, now() - interval '1 day'), closes_at = now()`,
    openVoting: () =>
      database.admin`update votes.contest set opens_at = now() - interval '1 day', closes_at = null`,
  };
}

export type TestContest = Awaited<ReturnType<typeof createContest>>;
