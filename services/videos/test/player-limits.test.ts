import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startVideos } from './setup.ts';

let videos: Awaited<ReturnType<typeof startVideos>>;
beforeAll(async () => {
  videos = await startVideos();
});
afterAll(() => videos.stop());

const id = randomUUID();
const announcement = { title: 'Triple desde la esquina', size: 1, filename: 'a.mp4' };

test.each([
  ['uploads', 'POST', '/api/videos/uploads', announcement],
  ['uploads', 'POST', '/api/videos/upload', undefined],
  ['publications', 'PATCH', `/api/videos/${id}`, { is_public: true }],
  ['retries', 'POST', `/api/videos/${id}/retry`, undefined],
])('limits %s: %s %s', async (limit, method, path, body) => {
  const player = await videos.players.signUp();
  const send = () =>
    videos.app.request(path, {
      method,
      headers: { authorization: player.authorization, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
  expect((await send()).status).not.toBe(429);
  await videos.database.admin`
    update auth.throttles set level = 60, at = clock_timestamp() where key = ${`anb_videos ${limit}:${player.id}`}`;
  const answer = await send();
  expect(answer.status).toBe(429);
  expect(Number(answer.headers.get('retry-after'))).toBe(1);
  expect(await answer.json()).toMatchObject({ code: 'too_many_requests' });
});

test('a change that neither publishes nor withdraws is not limited', async () => {
  const player = await videos.players.signUp();
  await videos.app.request(`/api/videos/${id}`, {
    method: 'PATCH',
    headers: { authorization: player.authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ title: 'Otro título' }),
  });
  const counted = await videos.database.admin`
    select from auth.throttles where key = ${`anb_videos publications:${player.id}`}`;
  expect(counted).toEqual([]);
});
