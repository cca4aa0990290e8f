import { address } from '../query.ts';
import type { Loading } from './live.ts';
import { open } from './session.ts';

/** One page of a list, and how many there are on all pages. */
export interface Listing<T> {
  rows: T[];
  total: number;
}

type Asked = Record<string, string | number | undefined>;

export async function list<T>(path: string, asked: Asked, loading: Loading): Promise<Listing<T>> {
  const answer = await open(address(path, asked), loading);
  return { rows: (await answer.json()) as T[], total: Number(answer.headers.get('x-total-count')) };
}

export async function read<T>(path: string, loading: Loading): Promise<T> {
  return (await (await open(path, loading)).json()) as T;
}

/** How many there are, without any of them. */
export async function count(path: string, asked: Asked, loading: Loading): Promise<number> {
  return (await list(path, { ...asked, limit: 1 }, loading)).total;
}

/** As `read`, and what time it is by the server's clock, to the second, in milliseconds. */
export async function readNow<T>(path: string, loading: Loading): Promise<{ data: T; now: number }> {
  const answer = await open(path, loading);
  const now = Date.parse(answer.headers.get('date') ?? '');
  return { data: (await answer.json()) as T, now: Number.isNaN(now) ? Date.now() : now };
}
