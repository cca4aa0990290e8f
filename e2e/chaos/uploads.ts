import { setTimeout as sleep } from 'node:timers/promises';
import type { Player } from '@anb/testing/players';
import type { Replica } from './replica.ts';
import type { World } from './world.ts';

/** Of every clip. */
export const TITLE = 'Triple desde la esquina';
const PATIENCE_MS = 120_000;
const ANSWER_MS = 100_000;

/** As a load balancer without a memory. */
const anyOf = (replicas: Replica[]) => {
  const replica = replicas[Math.floor(Math.random() * replicas.length)];
  if (!replica) throw new Error('no process serves the API');
  return replica;
};

/** What clients were told. */
export interface Ledger {
  /** Answered 201: from then on the video must not be lost. */
  accepted: Set<string>;
  refused: number;
  /** Connections that broke off. */
  broken: number;
  /** Answers that a client of the API must never see. */
  unexpected: string[];
}

export const newLedger = (): Ledger => ({ accepted: new Set(), refused: 0, broken: 0, unexpected: [] });

export interface Clip {
  bytes: Buffer<ArrayBuffer>;
  isPublic?: boolean;
}

/** Uploads as a player's browser does, to one of the processes, and again until it is taken. */
export async function uploadPatiently(
  world: World,
  player: Player,
  ledger: Ledger,
  { bytes, isPublic = true }: Clip = { bytes: world.clip },
): Promise<string> {
  const deadline = performance.now() + PATIENCE_MS;
  while (performance.now() < deadline) {
    const videoId = await uploadOnce(world, player, ledger, { bytes, isPublic });
    if (videoId) return videoId;
    // As often as a person may for minutes on end.
    await sleep(1000 + 300 * Math.random());
  }
  throw new Error('an upload was never taken');
}

async function uploadOnce(world: World, player: Player, ledger: Ledger, { bytes, isPublic }: Clip) {
  const form = new FormData();
  form.set('title', TITLE);
  form.set('is_public', String(isPublic));
  form.set('video_file', new Blob([bytes], { type: 'video/mp4' }), 'clip.mp4');
  try {
    const answer = await fetch(`${anyOf(world.videos).url}/api/videos/upload`, {
      method: 'POST',
      headers: { authorization: player.authorization },
      body: form,
      signal: AbortSignal.timeout(ANSWER_MS),
    });
    const text = await answer.text();
    if (answer.status === 201) {
      const { task_id: videoId } = JSON.parse(text) as { task_id: string };
      ledger.accepted.add(videoId);
      return videoId;
    }
    if (answer.status === 503) ledger.refused++;
    else ledger.unexpected.push(`${answer.status} ${text}`);
  } catch {
    ledger.broken++;
  }
  return undefined;
}

/** Any other request of a player, asked until it is answered with less than 500. */
export async function ask(world: World, player: Player, method: string, path: string, body?: unknown) {
  const deadline = performance.now() + PATIENCE_MS;
  for (;;) {
    const answer = await fetch(`${anyOf(world.videos).url}${path}`, {
      method,
      headers: {
        authorization: player.authorization,
        ...(body !== undefined && { 'content-type': 'application/json' }),
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    }).catch(() => undefined);
    if (answer && answer.status < 500) return answer;
    await answer?.body?.cancel();
    if (performance.now() > deadline) throw new Error(`${method} ${path} was never answered`);
    await sleep(200);
  }
}
