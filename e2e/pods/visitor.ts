import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import { setTimeout as sleep } from 'node:timers/promises';

const PASSWORD = 'un-pase-largo-7';
const TIMEOUT_MS = 30_000;

interface Expected {
  status?: number;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever came; the check tells
  holds?: (body: any) => boolean;
}

interface Sent {
  json?: unknown;
  expect?: Expected;
}

/** Somebody with an account. Every request is counted, and failed when its answer is not wholly as expected. */
export class Visitor {
  readonly #url: string;
  readonly #email: string;
  readonly #count: (failure?: string) => void;
  /** As a CDN tells it. */
  readonly #address = `10.${randomInt(256)}.${randomInt(256)}.${randomInt(256)}`;
  #token = '';

  constructor(url: string, email: string, count: (failure?: string) => void) {
    this.#url = url;
    this.#email = email;
    this.#count = count;
  }

  async signUp(): Promise<void> {
    const person = { first_name: 'Ana', last_name: 'Prueba', city: 'Bogotá', country: 'Colombia' };
    const json = {
      ...person,
      ...{ email: this.#email, password1: PASSWORD, password2: PASSWORD, accepts_terms: true },
    };
    await this.#ask('POST', '/api/auth/signup', { json, expect: { status: 201 } });
    await this.logIn();
  }

  async logIn(): Promise<void> {
    const answer = await this.#ask('POST', '/api/auth/login', {
      json: { email: this.#email, password: PASSWORD },
      expect: { holds: (body) => body.token_type === 'Bearer' && body.access_token.length > 100 },
    });
    this.#token = (answer as { access_token: string }).access_token;
  }

  readProfile() {
    return this.#ask('GET', '/api/auth/profile', { expect: { holds: ({ email }) => email === this.#email } });
  }

  openPage() {
    const isWhole = (body: string) => body.includes('Rising Stars') && body.trimEnd().endsWith('</html>');
    return this.#ask('GET', '/', { expect: { holds: isWhole } });
  }

  async ranking() {
    const rows = await this.#ask('GET', '/api/public/rankings?limit=50');
    return rows as { video_id: string; votes: number }[];
  }

  readRanking(videos: string[]) {
    const holds = (rows: { video_id: string }[]) =>
      videos.every((id) => rows.some(({ video_id }) => video_id === id));
    return this.#ask('GET', '/api/public/rankings?limit=50', { expect: { holds } });
  }

  readStats() {
    return this.#ask('GET', '/api/public/stats', { expect: { holds: ({ players }) => players > 0 } });
  }

  readCatalogue() {
    return this.#ask('GET', '/api/public/videos', { expect: { holds: (rows) => rows.length > 0 } });
  }

  /** @returns whether it went as expected; a second vote is refused */
  vote(videoId: string, isFirst: boolean): Promise<boolean> {
    const expect = isFirst
      ? { status: 200, holds: ({ votes }: { votes: number }) => votes > 0 }
      : { status: 400, holds: ({ code }: { code: string }) => code === 'already_voted' };
    return this.#ask('POST', `/api/public/videos/${videoId}/vote`, { expect }).then(
      () => true,
      () => false,
    );
  }

  async statusOf(videoId: string): Promise<string> {
    const video = await this.#ask('GET', `/api/videos/${videoId}`);
    return (video as { status: string }).status;
  }

  /** Sends a clip in so many seconds, as over a slow link. @returns its id */
  async upload(clip: Buffer, seconds: number): Promise<string> {
    const [boundary, chunks] = ['a-slow-link', 12];
    const field = (name: string, value: string) =>
      `--${boundary}\r\ncontent-disposition: form-data; name="${name}"\r\n\r\n${value}\r\n`;
    const file =
      `--${boundary}\r\ncontent-disposition: form-data; name="video_file"; filename="clip.mp4"\r\n` +
      'content-type: video/mp4\r\n\r\n';
    const head = Buffer.from(field('title', 'Prueba') + field('is_public', 'true') + file);
    const body = Buffer.concat([head, clip, Buffer.from(`\r\n--${boundary}--\r\n`)]);
    const upload = request(`${this.#url}/api/videos/upload`, {
      method: 'POST',
      headers: {
        'x-forwarded-for': this.#address,
        authorization: `Bearer ${this.#token}`,
        'content-type': `multipart/form-data; boundary=${boundary}`,
        'content-length': body.length,
      },
    });
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
    const result = answered.then(async ([answer]) => ({
      status: answer.statusCode,
      body: await text(answer),
    }));
    const failed = result.then(
      ({ status, body }) => (status === 201 ? undefined : `upload: ${status} ${body}`),
      (error) => `upload: ${error}`,
    );
    const size = Math.ceil(body.length / chunks);
    for (let at = 0; at < body.length && !upload.destroyed; at += size) {
      upload.write(body.subarray(at, at + size));
      await sleep((seconds * 1000) / chunks);
    }
    upload.end();
    const failure = await failed;
    this.#count(failure);
    if (failure) throw new Error(failure);
    return JSON.parse((await result).body).task_id;
  }

  async #ask(method: string, path: string, { json, expect = {} }: Sent = {}): Promise<unknown> {
    const { status = 200, holds = () => true } = expect;
    const headers = {
      'x-forwarded-for': this.#address,
      ...(this.#token && { authorization: `Bearer ${this.#token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    };
    let came = '';
    try {
      const body = json === undefined ? null : JSON.stringify(json);
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      const answer = await fetch(`${this.#url}${path}`, { method, headers, body, signal });
      const content = await answer.text();
      came = `${answer.status} ${content.slice(0, 200)}`;
      const isJson = answer.headers.get('content-type')?.startsWith('application/json');
      const value = isJson ? JSON.parse(content) : content;
      if (answer.status !== status || !holds(value)) throw new Error('not as expected');
      this.#count();
      return value;
    } catch (error) {
      const reason = (error as Error).cause ?? error;
      const failure = `${method} ${path}: ${came || reason}`;
      this.#count(failure);
      throw new Error(failure, { cause: error });
    }
  }
}
