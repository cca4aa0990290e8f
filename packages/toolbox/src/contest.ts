import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { type Api, answerOf, Refused } from '@anb/api-client/api';
import type { OwnVideo } from '@anb/api-client/contract';
import { uploadClip } from '@anb/api-client/upload';
import { describeState, progressOf } from '@anb/api-client/videos';
import { eventually, type Steps } from './steps.ts';

/** The one that comes with the Postman collection. */
const clip = fileURLToPath(new URL('../../../collections/sample.mp4', import.meta.url));
/** A vote is in the ranking within a second of its answer; a replica may need a little longer here. */
const RANKING_MS = 5000;
const TITLE = 'Prueba de humo';

export interface Stage {
  api: Api;
  /** Whether addresses in answers can be followed from here, as a browser would. */
  isPublic: boolean;
  timeoutSeconds: number;
}

interface Player {
  email: string;
  token: string;
}

/** Plays a contest of one clip and one vote; what it made goes at the end. */
export async function playContest(steps: Steps, { api, isPublic, timeoutSeconds }: Stage): Promise<void> {
  const run = randomBytes(4).toString('hex');
  // A city of its own: the ranking of the others, and who qualifies there, stays as it is.
  const city = `Smoke ${run}`;
  await steps.step('the system answers', () =>
    api.call('GET', '/health', { expect: { body: { status: 'healthy' } } }),
  );
  const player = await steps.step('a player signs up and in', () =>
    signUp(steps, api, `${run}-player`, city),
  );
  const fan = await steps.step('a fan signs up and in', () => signUp(steps, api, `${run}-fan`, city));

  const videoId = await steps.step('the player uploads a clip', () =>
    uploadClip(api, player.token, { path: clip, filename: 'smoke.mp4', title: TITLE, isPublic: false }),
  );
  steps.atEnd('the ranking is without it', () => untilUnranked(api, city));
  steps.atEnd('the clip is withdrawn and deleted', () => withdraw(api, player, videoId));
  await steps.step('the clip is processed', () =>
    untilProcessed(steps, api, player, videoId, timeoutSeconds),
  );
  const waits = await steps.step('the player publishes it', () => publish(api, player, videoId, city));
  if (waits)
    return steps.skip('the public page, votes and ranking', 'organisers review videos before publication');
  await steps.step('its media are there', () => findMedia(api, player, videoId, isPublic));
  const votes = await vote(steps, api, fan, videoId);
  await steps.step(`the ranking has it, votes: ${votes}`, () =>
    eventually(RANKING_MS, () =>
      api.call('GET', ranking(city), { expect: { body: [{ position: 1, video_id: videoId, city, votes }] } }),
    ),
  );
  await steps.step('the portal shows its page', () => openPortal(api));
}

const ranking = (city: string) => `/api/public/rankings?city=${encodeURIComponent(city)}`;

async function signUp(steps: Steps, api: Api, name: string, city: string): Promise<Player> {
  // example.com is reserved (RFC 2606): mail to it reaches nobody.
  const email = `smoke+${name}@example.com`;
  const password = randomBytes(18).toString('base64url');
  const person = { first_name: 'Smoke', last_name: 'Test', city, country: 'Colombia', email };
  const json = { ...person, password1: password, password2: password, accepts_terms: true };
  await api.call('POST', '/api/auth/signup', { json, expect: { status: 201 } });
  const { access_token: token } = await api.call<{ access_token: string }>('POST', '/api/auth/login', {
    json: { email, password },
    expect: { body: { token_type: 'Bearer' } },
  });
  steps.atEnd(`${email} deletes the account`, () =>
    api.call('DELETE', '/api/auth/account', { token, json: { password }, expect: { status: 202 } }),
  );
  await api.call('GET', '/api/auth/profile', { token, expect: { body: { email, city } } });
  return { email, token };
}

async function untilProcessed(
  steps: Steps,
  api: Api,
  { token }: Player,
  videoId: string,
  timeoutSeconds: number,
): Promise<void> {
  const deadline = performance.now() + timeoutSeconds * 1000;
  let state = '';
  for await (const video of progressOf(api, token, videoId)) {
    if (video.status === 'processed') return;
    if (video.status === 'failed') throw new Error(`video ${videoId} failed: ${video.failure_reason}`);
    if (describeState(video) !== state) steps.note(describeState(video));
    state = describeState(video);
    if (performance.now() > deadline) throw overdue(video, timeoutSeconds);
  }
}

const overdue = ({ video_id, status }: OwnVideo, seconds: number) =>
  new Error(
    `video ${video_id} should be processed within ${seconds} s but is still "${status}". ` +
      'Does a transcoder run, and does its log know of this video?',
  );

/** @returns whether it waits for an organiser */
async function publish(api: Api, { token }: Player, videoId: string, city: string): Promise<boolean> {
  const path = `/api/videos/${videoId}`;
  const { review } = await api.call<{ review?: string }>('PATCH', path, {
    token,
    json: { is_public: true },
    expect: { body: { is_public: true } },
  });
  if (review === 'pending') return true;
  await api.call('GET', `/api/public/videos/${videoId}`, {
    expect: { body: { video_id: videoId, title: TITLE, user_city: city } },
  });
  return false;
}

/** From outside the clip itself is fetched; inside the cluster the public address may lead nowhere. */
async function findMedia(api: Api, { token }: Player, videoId: string, isPublic: boolean): Promise<void> {
  const video = await api.call<OwnVideo>('GET', `/api/videos/${videoId}`, { token });
  const [id, version, file] = video.processed_url?.split('/').slice(-3) ?? [];
  const path = isPublic ? (video.processed_url ?? '') : `/media/${id}/${version}/${file}`;
  const response = await api.open(path, isPublic ? 'follow' : 'manual');
  const status = isPublic ? 200 : 302;
  const isRight = isPublic
    ? response.headers.get('content-type') === 'video/mp4'
    : response.headers.get('location')?.includes('X-Amz-Signature=');
  if (response.status === status && isRight) return void (await response.body?.cancel());
  throw new Refused(
    `GET ${path}`,
    { status, body: isPublic ? 'video/mp4' : 'a signed address' },
    await answerOf(response),
  );
}

/** @returns the votes that the clip has now */
async function vote(steps: Steps, api: Api, { token }: Player, videoId: string): Promise<number> {
  const contest = await steps.step('the contest tells its window', () =>
    api.call<{ open: boolean; opens_at: string; closes_at: string | null }>('GET', '/api/public/contest'),
  );
  if (!contest.open) {
    const { opens_at, closes_at } = contest;
    steps.skip('votes', `voting is closed (open from ${opens_at} to ${closes_at ?? 'no end'})`);
    return 0;
  }
  const path = `/api/public/videos/${videoId}/vote`;
  if ((await steps.step('the fan votes', () => castVote(api, path, token))) === 'email_unverified') {
    // Nobody reads mail to the fan's address; an installation that asks for a verified one is right to refuse.
    steps.skip('votes', 'they need a verified e-mail here, and the fan was told so');
    return 0;
  }
  await steps.step('a second vote is refused', () =>
    api.call('POST', path, { token, expect: { status: 400, body: { code: 'already_voted' } } }),
  );
  await steps.step('the fan finds the vote among the own ones', () =>
    api.call('GET', '/api/user/votes', { token, expect: { body: [videoId] } }),
  );
  return 1;
}

async function castVote(api: Api, path: string, token: string): Promise<'cast' | 'email_unverified'> {
  try {
    await api.call('POST', path, { token, expect: { body: { votes: 1 } } });
    return 'cast';
  } catch (error) {
    if (error instanceof Refused && error.code === 'email_unverified') return error.code;
    throw error;
  }
}

async function openPortal(api: Api): Promise<void> {
  const response = await api.open('/');
  const answer = await answerOf(response);
  const isPage = response.headers.get('content-type')?.startsWith('text/html');
  if (!response.ok || !isPage || !answer.body.trimEnd().endsWith('</html>'))
    throw new Refused('GET /', { body: 'a whole page of HTML' }, answer);
}

async function withdraw(api: Api, { token }: Player, videoId: string): Promise<void> {
  const path = `/api/videos/${videoId}`;
  await api.call('PATCH', path, {
    token,
    json: { is_public: false },
    expect: { body: { is_public: false } },
  });
  await api.call('DELETE', path, { token, expect: { body: { video_id: videoId } } });
  await api.call('GET', path, { token, expect: { status: 404 } });
}

async function untilUnranked(api: Api, city: string): Promise<void> {
  await eventually(RANKING_MS, async () => {
    const rows = await api.call<unknown[]>('GET', ranking(city));
    if (rows.length > 0) throw new Error(`the ranking of ${city} should be empty but holds ${rows.length}`);
  });
}
