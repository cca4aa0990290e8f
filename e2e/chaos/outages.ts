import { setTimeout as sleep } from 'node:timers/promises';
import type { TcpProxy } from '@anb/testing/tcp-proxy';
import { type Result, reckon } from './reckoning.ts';
import { type Ledger, newLedger, TITLE, uploadPatiently } from './uploads.ts';
import { until } from './videos.ts';
import type { World } from './world.ts';

/** How long after the end of an outage all must be as before. */
const RECOVERY_SECONDS = 30;
/** How long until somebody asks what is to be left without its reply. */
const REPLY_SECONDS = 60;
const PLAYERS = 3;

export interface OutageOptions {
  seconds: number;
  /** Between two uploads of a player. */
  pauseSeconds: number;
}

/** Takes away what the services depend on, one after the other, while players go on uploading. */
export async function outages(world: World, { seconds, pauseSeconds }: OutageOptions): Promise<Result> {
  await world.scaleTranscoders(3);
  const ledger = newLedger();
  const figures: Record<string, number> = {};
  const over = new AbortController();
  const playing = Array.from({ length: PLAYERS }, () => play(world, ledger, pauseSeconds, over.signal));
  try {
    const cut = async (name: string, proxy: TcpProxy) => {
      world.say(`outages: ${name} away for ${seconds} s`);
      proxy.cut();
      const meanwhile = uploadPatiently(world, await world.signUp(), ledger);
      await sleep(seconds * 1000);
      proxy.heal();
      [figures[`${name}_recovery_s`]] = await Promise.all([recovery(world, ledger), meanwhile]);
    };
    await cut('sqs', world.sqs);
    await cut('s3', world.s3);
    world.say('outages: Postgres crashes');
    const inTransaction = world.database.hold('request', TITLE);
    const meanwhile = uploadPatiently(world, await world.signUp(), ledger);
    await inTransaction.met;
    await world.crashPostgres();
    inTransaction.release();
    [figures.postgres_recovery_s] = await Promise.all([recovery(world, ledger), meanwhile]);
    await loseReplies(world, ledger);
  } finally {
    over.abort();
    await Promise.allSettled(playing);
  }
  await Promise.all(playing);
  const { problems, ...counts } = await reckon(world, ledger.accepted);
  problems.push(...ledger.unexpected.map((answer) => `an upload was answered ${answer}`));
  if (ledger.broken > 0) problems.push(`${ledger.broken} uploads broke off although no process was killed`);
  return { problems, figures: { ...counts, refused: ledger.refused, ...figures } };
}

async function play(world: World, ledger: Ledger, pauseSeconds: number, signal: AbortSignal): Promise<void> {
  const player = await world.signUp();
  while (!signal.aborted) {
    await uploadPatiently(world, player, ledger);
    await sleep(pauseSeconds * 1000, undefined, { signal }).catch(() => {});
  }
}

/** Until an upload that begins now has been taken and every video from before is done. */
async function recovery(world: World, ledger: Ledger): Promise<number> {
  const start = performance.now();
  const [clock] = await world.admin<{ now: Date }[]>`select clock_timestamp() as now`;
  const accepted = ledger.accepted.size;
  await until('uploads are taken again', RECOVERY_SECONDS, () => ledger.accepted.size > accepted);
  const areDone = async () => {
    const [row] = await world.admin<{ left: number }[]>`
      select count(*)::integer as left from videos.videos
      where status in ('uploaded', 'processing') and deleted_at is null and uploaded_at < ${clock?.now ?? new Date()}`;
    return row?.left === 0;
  };
  await until('all is done again', 120, areDone);
  const seconds = Math.round((performance.now() - start) / 100) / 10;
  world.say(`outages: as before after ${seconds} s`);
  return seconds;
}

/** Whoever waits for a reply to what was committed is not told. */
async function loseReplies(world: World, ledger: Ledger): Promise<void> {
  const commitAfter = (text: string) => (statements: string[]) =>
    statements.at(-1) === 'commit' && statements.some((statement) => statement.includes(text));
  const call = (text: string) => (statements: string[]) => statements.at(-1)?.includes(text) ?? false;
  const replies = {
    'an upload': commitAfter('insert into videos.videos'),
    'a turn of the outbox': call('delete from videos.outbox'),
    'taking a lease': call('videos.take_lease'),
    'a heartbeat': call('videos.extend_lease'),
    publishing: call('videos.publish'),
  };
  const player = await world.signUp();
  for (const [what, match] of Object.entries(replies)) {
    const lost = world.lostReplies.loseNext(match);
    // Only a job of some seconds has a heartbeat.
    if (what === 'a heartbeat') await uploadPatiently(world, player, ledger, { bytes: world.longClip });
    const late = sleep(REPLY_SECONDS * 1000, 'late', { ref: false });
    if ((await Promise.race([lost, late])) === 'late')
      throw new Error(`nobody waited for the reply to ${what}`);
    world.say(`outages: the reply to ${what} was lost`);
  }
}
