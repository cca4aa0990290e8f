import type { Api } from '@anb/api-client/api';
import type { OwnVideo } from '@anb/api-client/contract';
import { describeState, progressOf } from '@anb/api-client/videos';
import type { Account } from './accounts.ts';
import type { Player } from './players.ts';
import type { ProgressLine } from './progress-line.ts';

const STALLED_MS = 10 * 60_000;

/**
 * The id of the video that an earlier run uploaded for the player, unless it can not take part.
 * @throws Error with what to do, when it waits for an organiser
 */
export async function findEarlierVideo(
  api: Api,
  { person, token }: Account<Player>,
): Promise<string | undefined> {
  const videos = await api.call<OwnVideo[]>('GET', '/api/videos', { token });
  const video = videos.find(
    ({ title, is_public, status }) => title === person.title && is_public && status !== 'failed',
  );
  if (video) refuseReview(video);
  return video?.video_id;
}

/** @throws Error with what to do, when the video is known to wait for an organiser */
export const lookForReview = async (api: Api, { token }: Account, videoId: string): Promise<void> =>
  refuseReview(await api.call<OwnVideo>('GET', `/api/videos/${videoId}`, { token }));

function refuseReview({ review }: OwnVideo): void {
  if (review !== 'pending') return;
  throw new Error(`The contest's videos are reviewed before they open for voting, so nobody can vote for the demo's. As an organiser
(npm run auth -- role YOUR-EMAIL organiser, then sign in) switch that off and show what waits:
  PUT  /api/admin/contest with {"review_before_publication": false}
  GET  /api/admin/jobs?state=pending, and for each of these
  POST /api/admin/videos/{video_id}/show
Then run the demo again: it goes on where it stopped.`);
}

/** Waits until the video is processed or failed, and shows how far it is. */
export async function waitUntilProcessed(
  api: Api,
  { token }: Account,
  videoId: string,
  line: ProgressLine,
): Promise<OwnVideo> {
  let state = '';
  let changedAt = Date.now();
  for await (const video of progressOf(api, token, videoId)) {
    refuseReview(video);
    if (video.status === 'processed' || video.status === 'failed') return video;
    if (describeState(video) !== state) changedAt = Date.now();
    if (Date.now() - changedAt > STALLED_MS) throw stalled(video);
    state = describeState(video);
    line.update(state);
  }
  throw new Error(`Video ${videoId} ended in no state.`);
}

const stalled = ({ video_id, status }: OwnVideo) =>
  new Error(
    `Video ${video_id} has been "${status}" without any change for ${STALLED_MS / 60_000} minutes. ` +
      'Does a transcoder run? See the output of npm start.',
  );
