import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVideo, type Player } from '@anb/testing/players';
import { changesOf } from './history.ts';
import { type Result, reckon } from './reckoning.ts';
import { newLedger, uploadPatiently } from './uploads.ts';
import { holdsWithin, rowOf, untilStatus } from './videos.ts';
import { SWEEP_SECONDS, VISIBILITY_SECONDS, type World } from './world.ts';

/** What a clip needs that nothing delays, with room for two busy cores. */
const UNDELAYED_SECONDS = 15;
const POISON = ['{"what":1}', 'no JSON at all', '{"video_id":"42"}'];
/** What the queue is made with. */
const MAX_RECEIVES = 10;
const BACKLOG = 300;

export interface MessagesOptions {
  /** Whether to wait until what nobody can read has used up its receives. */
  untilDeadLetters: boolean;
}

type Upload = () => Promise<string>;

/** Messages that are wrong, late or too many; each ends where it should, and none delays a player's clip. */
export async function messages(world: World, { untilDeadLetters }: MessagesOptions): Promise<Result> {
  await world.scaleTranscoders(3);
  const ledger = newLedger();
  const player = await world.signUp();
  const upload = () => uploadPatiently(world, player, ledger);
  for (const body of POISON) await world.queues.sendRaw(body);

  const problems = [
    ...(await besideBadMessages(world, player, upload)),
    ...(await aLeaseThatLives(world, upload)),
    ...(await poison(world, untilDeadLetters)),
    ...(await aMessageThatIsGone(world, upload)),
    ...(await aBacklog(world, player)),
  ];
  const { problems: unkept, ...counts } = await reckon(world, ledger.accepted);
  return { problems: [...problems, ...unkept], figures: counts };
}

/** Among them a clip whose message comes three times. */
async function besideBadMessages(world: World, player: Player, upload: Upload): Promise<string[]> {
  const deleted = await createVideo(world.admin, player.id, { status: 'uploaded', deleted: true });
  await world.queues.transcode.send([{ video_id: deleted }, { video_id: randomUUID() }]);
  const before = await rowOf(world, deleted);
  const start = performance.now();
  const id = await upload();
  await world.queues.transcode.send([{ video_id: id }, { video_id: id }]);
  await untilStatus(world, id, 'processed');
  const seconds = (performance.now() - start) / 1000;
  world.say(`messages: a clip beside bad ones was done after ${seconds.toFixed(1)} s`);
  const isUntouched = JSON.stringify(before) === JSON.stringify(await rowOf(world, deleted));
  return [
    ...(seconds < UNDELAYED_SECONDS ? [] : [`beside bad messages a clip took ${seconds} s`]),
    ...(isUntouched ? [] : ['a message for a deleted video changed its row']),
  ];
}

async function aLeaseThatLives(world: World, upload: Upload): Promise<string[]> {
  await world.scaleTranscoders(0);
  const id = await upload();
  const token = randomUUID();
  const [row] = await world.admin<{ until: Date }[]>`
    update videos.videos
    set status = 'processing', lease_token = ${token}, lease_expires_at = clock_timestamp() + interval '8 seconds'
    where id = ${id}
    returning lease_expires_at as until`;
  await world.scaleTranscoders(1);
  await untilStatus(world, id, 'processed');
  const changes = await changesOf(world.admin, id);
  const next = changes.find(({ lease_token }) => lease_token !== null && lease_token !== token);
  const hasWaited = next && row && next.at >= row.until;
  return hasWaited ? [] : ["a lease was taken while another worker's lived"];
}

/** What nobody can read is kept for somebody to look at: first in the queue, then in the dead letters. */
async function poison({ queues }: World, untilDeadLetters: boolean): Promise<string[]> {
  const problems: string[] = [];
  if (untilDeadLetters) {
    const areDead = async () => (await queues.deadLetters.state()).visible === POISON.length;
    if (!(await holdsWithin((MAX_RECEIVES + 2) * VISIBILITY_SECONDS, areDead))) {
      problems.push('messages in an unknown shape did not end in the dead letters');
    }
  } else if ((await queues.waiting()) < POISON.length) {
    problems.push('messages in an unknown shape were thrown away');
  }
  await queues.purge();
  return problems;
}

async function aMessageThatIsGone(world: World, upload: Upload): Promise<string[]> {
  await world.scaleTranscoders(0);
  const id = await upload();
  await holdsWithin(10, async () => (await world.queues.waiting()) > 0);
  await world.queues.purge();
  await world.scaleTranscoders(1);
  const isDone = async () => (await rowOf(world, id)).status === 'processed';
  // Two looks, a turn of the outbox, and the job itself.
  const isFound = await holdsWithin(3 * SWEEP_SECONDS + UNDELAYED_SECONDS, isDone);
  return isFound ? [] : ['a video whose message is gone was not queued again'];
}

/** More jobs than workers are no reason to send any of them twice. */
async function aBacklog(world: World, player: Player): Promise<string[]> {
  const { admin, queues } = world;
  await world.scaleTranscoders(0);
  const ids: string[] = [];
  for (let sent = 0; sent < BACKLOG; sent += 10) {
    const batch = Array.from({ length: 10 }, () => createVideo(admin, player.id, { status: 'uploaded' }));
    const videos = (await Promise.all(batch)).map((video_id) => ({ video_id }));
    await queues.transcode.send(videos);
    ids.push(...videos.map(({ video_id }) => video_id));
  }
  await sleep(5 * SWEEP_SECONDS * 1000);
  const waiting = await queues.waiting();
  await admin`
    update videos.videos set deleted_at = now(), title = null, title_key = null, original_key = null
    where id = any(${ids})`;
  await queues.purge();
  world.say(`messages: a backlog of ${BACKLOG} was ${waiting} messages after five sweeps`);
  return waiting === BACKLOG ? [] : [`of a backlog of ${BACKLOG} jobs ${waiting} messages were in the queue`];
}
