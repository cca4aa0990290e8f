import type { City, Contest } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import { type ContestNow, type ContestState, contestNow } from '../contest-state.ts';
import { request } from './api.ts';

/** The contest, which all of a page's islands know together; asked for again while it is looked at. */

const EVERY_MS = 5000;

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
  const look = () => !document.hidden && lookAgain();
  const timer = setInterval(look, EVERY_MS);
  document.addEventListener('visibilitychange', look);
  return () => {
    clearInterval(timer);
    document.removeEventListener('visibilitychange', look);
  };
}

/** Where something shows that it is not as it was. */
export function lookAgain(): void {
  // Where it can not be told, it stands as it was.
  request<Contest>('GET', '/api/public/contest').then(become, () => {});
}

function become(contest: Contest): void {
  const now = contestNow(contest);
  if (JSON.stringify(now) === JSON.stringify(known)) return;
  known = now;
  for (const tell of listeners) tell(now);
}

/** Whether its players can qualify; undefined where it can not be told now. */
export const isContestCity = (name: string): Promise<boolean | undefined> =>
  request<City[]>('GET', '/api/public/cities').then(
    (cities) => cities.some(({ city, contest }) => contest && city === name),
    () => undefined,
  );
