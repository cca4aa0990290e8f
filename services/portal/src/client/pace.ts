/** How fast an upload goes, and for how long: from bytes that were sent, and nothing else. */

export interface Mark {
  /** Milliseconds, of any clock that only goes forward. */
  at: number;
  /** Bytes that had been sent by then. */
  moved: number;
}

/** Long enough that parts which end do not show, short enough that a change of network does. */
const WINDOW_MS = 10_000;
/** Of less nobody can tell. */
const LEAST_MS = 2000;

/** @returns the marks of the last seconds, of which the first may be older: the window begins behind it */
export function addMark(marks: readonly Mark[], mark: Mark): Mark[] {
  const all = [...marks, mark];
  const inside = all.findIndex(({ at }) => at > mark.at - WINDOW_MS);
  return all.slice(Math.max(0, inside - 1));
}

/** Bytes a second; undefined where it can not be told. */
export function speedOf(marks: readonly Mark[]): number | undefined {
  const [first, last] = [marks.at(0), marks.at(-1)];
  if (!first || !last || last.at - first.at < LEAST_MS) return undefined;
  return ((last.moved - first.moved) * 1000) / (last.at - first.at);
}

/** Seconds until so many bytes have gone; undefined where it can not be told. */
export function secondsLeft(bytes: number, speed: number | undefined): number | undefined {
  return speed ? bytes / speed : undefined;
}
