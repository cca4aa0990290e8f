import { setTimeout } from 'node:timers/promises';
import type { City, Contest, OpenVideo, RankingRow, Standing, Stats } from '@anb/api-client/contract';
import { unavailable } from '@anb/service-kit/errors';

export interface UpstreamOptions {
  votesUrl: string;
  videosUrl: string;
}

/** One page of a list, and how many there are on all pages. */
export interface Listing<T> {
  rows: T[];
  total: number;
}

const TIMEOUT_MS = 3000;
/** How long a page waits for what it can do without. */
const PATIENCE_MS = 500;

/** The other services' public answers, which pages are made of. @throws ApiError 503 when one is away */
export function createUpstream({ votesUrl, videosUrl }: UpstreamOptions) {
  return {
    stats: () => body<Stats>(`${votesUrl}/api/public/stats`),
    cities: remembered(() => body<City[]>(`${votesUrl}/api/public/cities`), []),
    contest: remembered(() => body<Contest>(`${votesUrl}/api/public/contest`)),
    rankings: (query: { city?: string | undefined; page?: number; limit?: number }) =>
      list<RankingRow>(`${votesUrl}/api/public/rankings`, query),
    videos: (query: VideoQuery) => list<OpenVideo>(`${videosUrl}/api/public/videos`, query),
    video: (id: string) => known<OpenVideo>(`${videosUrl}/api/public/videos/${id}`),
    standing: (id: string) => known<Standing>(`${votesUrl}/api/public/rankings/videos/${id}`),
  };
}

export interface VideoQuery {
  city?: string | undefined;
  q?: string | undefined;
  sort?: string | undefined;
  seed?: number | undefined;
  page?: number;
  limit?: number;
}

export type Upstream = ReturnType<typeof createUpstream>;

/** @returns what was asked for, or undefined when its service is away or takes long: a page does without it */
export function ifThere<T>(asked: Promise<T>): Promise<T | undefined> {
  return Promise.race([asked.catch(() => undefined), setTimeout(PATIENCE_MS, undefined, { ref: false })]);
}

/** What hardly changes: the last answer, or `first` before there is one, stands in where there is no new one. */
function remembered<T>(ask: () => Promise<T>, first?: T): () => Promise<T> {
  let last = first;
  return async () => {
    const asked = ask().then((answer) => {
      last = answer;
      return answer;
    });
    return last === undefined ? asked : ((await ifThere(asked)) ?? last);
  };
}

interface Answer {
  ok: boolean;
  /** Of all pages. */
  total: number;
  body: unknown;
}

async function ask(url: string): Promise<Answer> {
  const signal = AbortSignal.timeout(TIMEOUT_MS);
  // Headers may come in time and the body late.
  const [answer, body] = await fetch(url, { signal })
    .then(async (answer) => [answer, await answer.json()] as const)
    .catch(() => [null]);
  if (!answer || answer.status >= 500 || answer.status === 429) throw unavailable();
  return { ok: answer.ok, total: Number(answer.headers.get('x-total-count')), body };
}

async function body<T>(url: string): Promise<T> {
  const { ok, body } = await ask(url);
  if (!ok) throw unavailable();
  return body as T;
}

async function list<T>(url: string, query: object): Promise<Listing<T>> {
  const given = Object.entries(query).filter(([, value]) => value !== undefined && value !== '');
  const { ok, body, total } = await ask(`${url}?${new URLSearchParams(given)}`);
  // What a query may be is judged there.
  return ok ? { rows: body as T[], total } : { rows: [], total: 0 };
}

/** null: there is none, or not for the public. */
async function known<T>(url: string): Promise<T | null> {
  const { ok, body } = await ask(url);
  return ok ? (body as T) : null;
}
