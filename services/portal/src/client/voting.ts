import { Refusal } from './api.ts';
import { withChallenge } from './challenge.ts';
import { call, currentRole } from './session.ts';

/** What this page's vote buttons know together. */
let voted: Promise<Set<string>> | undefined;

/** Of whom is signed in; empty where nobody is. */
export function votedVideos(): Promise<Set<string>> {
  if (!currentRole()) return Promise.resolve(new Set());
  voted ??= call<string[]>('GET', '/api/user/votes', { reason: 'unasked' }).then((ids) => new Set(ids));
  return voted;
}

/**
 * Votes; asks to sign in, and for the e-mail's code, where it must, and then votes.
 * @returns the votes that the video has now
 */
export async function castVote(videoId: string): Promise<number> {
  const path = `/api/public/videos/${videoId}/vote`;
  const vote = () =>
    withChallenge((headers) => call<{ votes: number }>('POST', path, { headers, reason: 'vote' }));
  try {
    return (await vote()).votes;
  } catch (error) {
    if (!(error instanceof Refusal) || error.code !== 'email_unverified') throw error;
    const { openVerification } = await import('./verification-dialog.tsx');
    if (!(await openVerification())) throw error;
    return (await vote()).votes;
  }
}
