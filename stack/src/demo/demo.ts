import { setTimeout as sleep } from 'node:timers/promises';
import type { Api } from '@anb/api-client/api';
import type { RankingRow } from '@anb/api-client/contract';
import { uploadClip } from '@anb/api-client/upload';
import { type Account, openAccount } from './accounts.ts';
import { type Clip, prepareClipMaker } from './clips.ts';
import { greet } from './greeting.ts';
import { fans, fullName, PASSWORD, type Person, type Player, players } from './players.ts';
import { megabytes, ProgressLine, secondsSince } from './progress-line.ts';
import { rankingTable } from './ranking.ts';
import { findEarlierVideo, lookForReview, waitUntilProcessed } from './videos.ts';
import { ballots, castVote } from './votes.ts';

type Contestant = Account<Player>;

interface Entry extends Contestant {
  videoId: string;
}

const RANKING_ROWS = 50;
/** By then a vote that was answered is in the ranking. */
const RANKING_DELAY_MS = 1000;

/**
 * Plays a small contest through the public API.
 * @param folder for clips
 * @returns how many videos could not be processed
 * @throws with a message for the user at anything unexpected
 */
export async function runDemo(api: Api, folder: string): Promise<number> {
  say(`ANB Rising Stars Showcase: a demo at ${api.url}`);
  await greet(api);
  say('\nAccounts: players and fans sign up and sign in');
  const contestants = await openAccounts(api, 'players', players);
  const supporters = await openAccounts(api, 'fans', fans);
  const entries = await enterAll(api, contestants, folder);
  const processed = await waitForAll(api, entries);
  await voteForAll(api, [...contestants, ...supporters], processed);
  await showRanking(api);
  return entries.length - processed.length;
}

async function openAccounts<P extends Person>(api: Api, who: string, people: readonly P[]) {
  const line = new ProgressLine('  ');
  const accounts: Account<P>[] = [];
  for (const person of people) {
    accounts.push(await openAccount(api, person));
    line.update(`${accounts.length} of ${people.length} ${who}`);
  }
  const known = accounts.filter(({ isNew }) => !isNew).length;
  line.end(
    `${accounts.length} ${who} signed in${known ? `, ${known} of them known from an earlier run` : ''}`,
  );
  return accounts;
}

/** Gives every player a video: the one of an earlier run, or a new clip uploaded. */
async function enterAll(api: Api, contestants: Contestant[], folder: string): Promise<Entry[]> {
  say('\nUploads: ffmpeg makes a clip for every player, and the player uploads it');
  const entries: Entry[] = [];
  const newcomers: Contestant[] = [];
  for (const contestant of contestants) {
    const videoId = await findEarlierVideo(api, contestant);
    if (!videoId) newcomers.push(contestant);
    else {
      entries.push({ ...contestant, videoId });
      say(`${label(contestant.person)}skipped, "${contestant.person.title}" was uploaded before`);
    }
  }
  return newcomers.length === 0 ? entries : [...entries, ...(await uploadAll(api, newcomers, folder))];
}

async function uploadAll(api: Api, newcomers: Contestant[], folder: string): Promise<Entry[]> {
  const makeClip = await prepareClipMaker(folder);
  const entries: Entry[] = [];
  let coming: Promise<Clip> | undefined;
  for (const [turn, newcomer] of newcomers.entries()) {
    const line = new ProgressLine(label(newcomer.person));
    line.update('ffmpeg makes the clip');
    const clip = await (coming ?? makeClip(newcomer.person));
    // The next is made while this one is on its way.
    const next = newcomers[turn + 1];
    coming = next && makeClip(next.person);
    coming?.catch(() => {}); // told when its turn comes
    entries.push({ ...newcomer, videoId: await upload(api, newcomer, clip, line) });
    // The first is processed while the others are sent.
    const [first] = entries;
    if (first) await lookForReview(api, first, first.videoId);
  }
  return entries;
}

async function upload(api: Api, { person, token }: Contestant, clip: Clip, line: ProgressLine) {
  const { path, filename, description } = clip;
  const start = Date.now();
  let size = 0;
  const form = { path, filename, title: person.title, isPublic: true };
  const videoId = await uploadClip(api, token, form, (sent, total) => {
    size = total;
    const percent = Math.floor((100 * sent) / total);
    line.update(`sending ${String(percent).padStart(3)} %  ${megabytes(sent)} of ${megabytes(total)}`);
  });
  line.end(`sent ${megabytes(size).padStart(7)} in ${secondsSince(start)}  ${description}`);
  return videoId;
}

/** @returns the entries whose videos can be voted for; why others can not is said */
async function waitForAll(api: Api, entries: Entry[]): Promise<Entry[]> {
  say('\nProcessing: a worker turns each clip into a showcase clip');
  const processed: Entry[] = [];
  for (const entry of entries) {
    const line = new ProgressLine(label(entry.person));
    const video = await waitUntilProcessed(api, entry, entry.videoId, line);
    if (video.status === 'processed') {
      line.end(`processed, ${video.duration_seconds} s long`);
      processed.push(entry);
    } else {
      line.end(`FAILED: ${video.failure_reason ?? 'the API gives no reason'} (video ${video.video_id})`);
    }
  }
  return processed;
}

async function voteForAll(api: Api, voters: Account[], entries: Entry[]): Promise<void> {
  say('\nVotes: players and fans vote, nobody for an own video');
  const line = new ProgressLine('  ');
  const videoIds = new Map(entries.map(({ person, videoId }) => [person, videoId]));
  const counts = { cast: 0, before: 0 };
  for (const { voter, entry } of ballots(players, voters)) {
    const videoId = videoIds.get(entry);
    if (!videoId) continue;
    counts[(await castVote(api, voter, videoId)) ? 'cast' : 'before']++;
    line.update(`${counts.cast + counts.before} votes`);
  }
  const { cast, before } = counts;
  line.end(`${cast} votes cast${before ? `, ${before} were cast in an earlier run` : ''}`);
}

async function showRanking(api: Api): Promise<void> {
  await sleep(RANKING_DELAY_MS);
  const rows = await api.call<RankingRow[]>('GET', `/api/public/rankings?limit=${RANKING_ROWS}`);
  say(`\nRanking\n\n${rankingTable(rows)}\n`);
  const [first] = rows;
  if (first) {
    await api.check(first.video_url);
    await api.check(first.poster_url);
  }
  say(`Portal    ${api.url}/`);
  say(`Account   ${players[0]?.email}, password ${PASSWORD} (as every player and fan)`);
  say(`API       ${api.url}/swagger`);
  if (first) say(`Best clip ${first.video_url}\n   poster ${first.poster_url}`);
}

function label(player: Player): string {
  const width = Math.max(...players.map((each) => fullName(each).length));
  const number = String(players.indexOf(player) + 1).padStart(2);
  return `  ${number}/${players.length}  ${fullName(player).padEnd(width)}  `;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
