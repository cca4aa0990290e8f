import type { City, Contest } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { type ContestNow, type ContestState, contestNow } from '../contest-state.ts';
import { request } from './api.ts';
import { poll } from './poll.ts';

/** The contest, which all of a page's islands know together; asked for again while it is looked at. */

const EVERY_MS = 15_000;
/** After an end of the window: what is asked too early is asked in vain, and what all ask at once is slow. */
const LEEWAY_MS = 500;
const SPREAD_MS = 2000;

let known: ContestNow | undefined;
const listeners = new Set<(now: ContestNow) => void>();

/** undefined: not known yet. @param rendered as the page has it */
export const useContest = (rendered?: ContestNow): ContestNow | undefined =>
  useNews(rendered !== undefined) ?? rendered;

/** @param rendered as the page has it */
export const useContestState = (rendered: ContestState): ContestState => useNews(true)?.state ?? rendered;

/** undefined: nothing new since the page was made. */
function useNews(isRendered: boolean): ContestNow | undefined {
  const [now, setNow] = useState<ContestNow>();
  useEffect(() => {
    if (known) setNow(known);
    else if (!isRendered) lookAgain();
    return listen(setNow);
  }, [isRendered]);
  return now;
}

let atEnd: ReturnType<typeof setTimeout> | undefined;
let stopLooking: (() => void) | undefined;

/** While anybody does, it is looked at. */
function listen(tell: (now: ContestNow) => void): () => void {
  listeners.add(tell);
  stopLooking ??= keepLooking();
  return () => {
    listeners.delete(tell);
    if (listeners.size > 0) return;
    stopLooking?.();
    stopLooking = undefined;
  };
}

function keepLooking(): () => void {
  const stopPolling = poll(EVERY_MS, lookAgain);
  const look = () => void (document.hidden || lookAgain());
  document.addEventListener('visibilitychange', look);
  return () => {
    stopPolling();
    clearTimeout(atEnd);
    document.removeEventListener('visibilitychange', look);
  };
}

/** Where something shows that it is not as it was. */
export async function lookAgain(signal?: AbortSignal): Promise<void> {
  // Where it can not be told, it stands as it was.
  await request<Contest>('GET', '/api/public/contest', { signal }).then(become, () => {});
}

function become(contest: Contest): void {
  waitForEnd(contest);
  const now = contestNow(contest);
  if (JSON.stringify(now) === JSON.stringify(known)) return;
  known = now;
  for (const tell of listeners) tell(now);
}

/** By the clock of this device; where it is off, the next look tells. */
function waitForEnd({ open, opens_at, closes_at }: Contest): void {
  clearTimeout(atEnd);
  const ms = Date.parse((open ? closes_at : opens_at) ?? '') - Date.now();
  if (stopLooking && ms > 0 && ms < EVERY_MS)
    atEnd = setTimeout(() => lookAgain(), ms + LEEWAY_MS + Math.random() * SPREAD_MS);
}

/** Whether its players can qualify; undefined where it can not be told now. */
export const isContestCity = (name: string): Promise<boolean | undefined> =>
  request<City[]>('GET', '/api/public/cities').then(
    (cities) => cities.some(({ city, contest }) => contest && city === name),
    () => undefined,
  );
