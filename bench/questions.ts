import { createPrivateKey, type JsonWebKey, type KeyObject, randomUUID, sign } from 'node:crypto';
import { gunzipSync } from 'node:zlib';
import type { RankingRow } from '@anb/api-client/contract';
import { type Answer, headerPattern, requestOf } from './connection.ts';

/** What is asked of a service, and what a right answer is. */
export interface Question {
  port: number;
  request: Buffer;
  /** @throws when that is not the answer */
  check: (answer: Answer) => void;
}

/** Of a kind, one after the other; undefined when there are no more. */
export type Questions = () => Question | undefined;

/** Who may vote: accounts with numbers that follow each other, and the key that their tokens are signed with. */
export interface Voters {
  first: number;
  count: number;
  key: { jwk: JsonWebKey; kid: string; issuer: string; audience: string };
}

export type Topic =
  | { kind: 'same'; port: number; path: string; headers: Record<string, string>[]; body: string }
  | { kind: 'page'; port: number; path: string; headers?: Record<string, string> }
  /** The ranking, as the portal shows it. */
  | { kind: 'html'; port: number; path: string; headers?: Record<string, string> }
  /** In turn: each voter for the next video. */
  | { kind: 'vote'; port: number; videos: string[]; voters: Voters }
  | { kind: 'list'; port: number; paths: string[] }
  | { kind: 'video'; port: number; videos: string[] }
  | { kind: 'sign-in'; port: number; emails: string[]; password: string };

/** Prepares everything that can be. */
export function questionsOf(topic: Topic): Questions {
  switch (topic.kind) {
    case 'same':
      return askSame(topic);
    case 'page':
      return askPage(topic, isRanking);
    case 'html':
      return askPage(topic, isRankingPage);
    case 'vote':
      return askVotes(topic);
    case 'list':
      return askLists(topic);
    case 'video':
      return askVideos(topic);
    case 'sign-in':
      return askSignIns(topic);
  }
}

type About<K extends Topic['kind']> = Extract<Topic, { kind: K }>;

function expectStatus(answer: Answer, status: number): void {
  if (answer.status !== status) throw new Error(`${answer.status} ${answer.body.toString().slice(0, 200)}`);
}

function expectThat(isRight: boolean, { head, body }: Answer): void {
  if (!isRight) throw new Error(`a wrong answer: ${head}\n${body.toString().slice(0, 500)}`);
}

function askSame({ port, path, headers, body }: About<'same'>): Questions {
  const expected = Buffer.from(body);
  const check = (answer: Answer) => {
    expectStatus(answer, 200);
    expectThat(expected.equals(answer.body), answer);
  };
  return inTurn(headers.map((each) => ({ port, request: requestOf('GET', path, each), check })));
}

const ETAG = headerPattern('etag');
const ENCODING = headerPattern('content-encoding');
/** Of the pages that were answered, in all. */
export const seenTags = new Set<string>();

/** A page is read whole once for each `ETag`; with the same one it must be the same to the byte. */
function askPage(
  { port, path, headers }: About<'page' | 'html'>,
  isRight: (answer: Answer) => boolean,
): Questions {
  const known = new Map<string, Buffer>();
  const check = (answer: Answer) => {
    expectStatus(answer, 200);
    const etag = ETAG.exec(answer.head)?.[1] ?? '';
    const before = known.get(etag);
    if (before) return expectThat(before.equals(answer.body), answer);
    expectThat(etag !== '' && isRight(answer), answer);
    known.set(etag, Buffer.from(answer.body));
    seenTags.add(etag);
  };
  const question = { port, request: requestOf('GET', path, headers), check };
  return () => question;
}

function isRanking({ head, body }: Answer): boolean {
  const text = ENCODING.exec(head)?.[1] === 'gzip' ? gunzipSync(body) : body;
  const rows = JSON.parse(text.toString()) as RankingRow[];
  return rows.every(
    ({ position, video_id, votes, video_url }, index) =>
      position === (rows[0]?.position ?? 0) + index &&
      votes <= (rows[index - 1]?.votes ?? votes) &&
      video_url.includes(video_id),
  );
}

function isRankingPage({ body }: Answer): boolean {
  const rows = [...body.toString().matchAll(/class="ranked ranked-(\d+)"/g)];
  return rows.length > 0 && rows.every(([, position], index) => Number(position) === index + 1);
}

function askVotes({ port, videos, voters }: About<'vote'>): Questions {
  const requests = votesOf(videos, voters);
  const check = (answer: Answer) => {
    expectStatus(answer, 200);
    expectThat(
      /^{"message":"Voto registrado exitosamente\.","votes":[1-9]\d*}$/.test(answer.body.toString()),
      answer,
    );
  };
  return () => {
    const request = requests();
    return request && { port, request, check };
  };
}

/**
 * One after the other, out of one piece of memory: the garbage collector would look through so many buffers again and
 * again, and what is measured would wait for it.
 */
function votesOf(videos: readonly string[], { first, count, key }: Voters): () => Buffer | undefined {
  const tokenOf = signer(key);
  const requests = Array.from({ length: count }, (_, index) =>
    requestOf('POST', `/api/public/videos/${videos[index % videos.length]}/vote`, {
      Authorization: `Bearer ${tokenOf(first + index)}`,
      'X-Forwarded-For': addressOf(first + index),
    }),
  );
  const ends = new Uint32Array(count);
  let end = 0;
  for (const [index, { length }] of requests.entries()) ends[index] = end += length;
  const all = Buffer.concat(requests);
  let next = 0;
  return () => (next < count ? all.subarray(ends[next - 1] ?? 0, ends[next++]) : undefined);
}

/** Everybody is at home. */
const addressOf = (account: number) => `10.${(account >> 16) & 255}.${(account >> 8) & 255}.${account & 255}`;

/** Access tokens as auth signs them; no two are alike. */
function signer({ jwk, kid, issuer, audience }: Voters['key']): (account: number) => string {
  const key: KeyObject = createPrivateKey({ key: jwk, format: 'jwk' });
  const encoded = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const header = encoded({ alg: 'ES256', typ: 'at+jwt', kid });
  const now = Math.floor(Date.now() / 1000);
  const claims = { role: 'player', iss: issuer, aud: audience, iat: now, exp: now + 3600 };
  return (account) => {
    const said = `${header}.${encoded({ ...claims, sid: randomUUID(), sub: String(account) })}`;
    const signature = sign('sha256', Buffer.from(said), { key, dsaEncoding: 'ieee-p1363' });
    return `${said}.${signature.toString('base64url')}`;
  };
}

/** The next of them each time, from the first again after the last. */
function inTurn<T>(all: readonly T[]): () => T | undefined {
  let next = 0;
  return () => all[next++ % all.length];
}

function askLists({ port, paths }: About<'list'>): Questions {
  const check = (answer: Answer) => {
    expectStatus(answer, 200);
    const rows = JSON.parse(answer.body.toString()) as { votes: number; processed_url: string }[];
    expectThat(rows.length > 0 && rows.every(({ processed_url }) => processed_url !== ''), answer);
  };
  return inTurn(paths.map((path) => ({ port, request: requestOf('GET', path), check })));
}

function askVideos({ port, videos }: About<'video'>): Questions {
  const questions = videos.map((id) => ({
    port,
    request: requestOf('GET', `/api/public/videos/${id}`),
    check: (answer: Answer) => {
      expectStatus(answer, 200);
      expectThat((JSON.parse(answer.body.toString()) as { video_id: string }).video_id === id, answer);
    },
  }));
  return inTurn(questions);
}

function askSignIns({ port, emails, password }: About<'sign-in'>): Questions {
  const check = (answer: Answer) => {
    expectStatus(answer, 200);
    const { access_token = '', token_type } = JSON.parse(answer.body.toString());
    expectThat(access_token.split('.').length === 3 && token_type === 'Bearer', answer);
  };
  const questions = emails.map((email, index) => ({
    port,
    request: requestOf(
      'POST',
      '/api/auth/login',
      { 'Content-Type': 'application/json', 'X-Forwarded-For': addressOf(index) },
      JSON.stringify({ email, password }),
    ),
    check,
  }));
  return inTurn(questions);
}
