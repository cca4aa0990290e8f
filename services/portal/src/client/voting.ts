import { Refusal } from './api.ts';
import { withChallenge } from './challenge.ts';
import { once } from './once.ts';
import { currentRole, watchPerson } from './person.ts';
import { call } from './session.ts';

/** What this page's vote buttons know together. */
const votes = once(
  async () => new Set(await call<string[]>('GET', '/api/user/votes', { reason: 'unasked' })),
);
watchPerson(votes.forget);

/** Of whom is signed in; empty where nobody is. */
export const votedVideos = async (): Promise<ReadonlySet<string>> => (currentRole() ? votes() : new Set());

/**
 * Votes; asks to sign in, and for the e-mail's code, where it must, and then votes.
 * @returns the votes that the video has now
 */
export async function castVote(videoId: string): Promise<number> {
  const path = `/api/public/videos/${videoId}/vote`;
  const vote = async () => {
    const answer = await withChallenge((headers) =>
      call<{ votes: number }>('POST', path, { headers, reason: 'vote' }),
    );
    votes.forget();
    return answer.votes;
  };
  try {
    return await vote();
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'email_unverified') throw error;
    const { openVerification } = await import('./verification-dialog.tsx');
    if (!(await openVerification())) throw error;
    return vote();
  }
}
