import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { noteSecrets } from '@anb/testing/logs';

export interface Answer {
  status: number;
  headers: Headers;
  // biome-ignore lint/suspicious/noExplicitAny: an answer is whatever the server said; tests compare it
  body: any;
}

export interface TestPlayer {
  email: string;
  authorization: string;
}

export interface ToldState {
  /** When it came, in milliseconds. */
  at: number;
  status: string;
  stage?: string;
  progress: number;
}

export const PASSWORD = 'un-pase-largo-7';

/** A client of the public API, as a stranger would write it. */
export class Api {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  async send(
    method: string,
    path: string,
    options: { body?: unknown; raw?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { body, raw, headers = {} } = options;
    const isForm = body instanceof FormData;
    const answer = await fetch(`${this.url}${path}`, {
      method,
      redirect: 'manual',
      headers: { ...(body !== undefined && !isForm && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: isForm ? body : JSON.stringify(body) }),
      ...(raw !== undefined && { body: raw }),
    });
    const text = await answer.text();
    const isJson = answer.headers.get('content-type')?.startsWith('application/json');
    const told = isJson ? JSON.parse(text) : text;
    noteSecrets(told?.access_token, told?.refresh_token);
    return { status: answer.status, headers: answer.headers, body: told };
  }

  async signUp(
    details: Record<string, string> = {},
    headers: Record<string, string> = {},
  ): Promise<TestPlayer> {
    const email = `${randomUUID()}@example.com`;
    noteSecrets(PASSWORD);
    const account = {
      first_name: 'Ana',
      last_name: 'Ríos',
      city: 'Bogotá',
      country: 'Colombia',
      email,
      password1: PASSWORD,
      password2: PASSWORD,
    };
    await expectStatus(
      201,
      this.send('POST', '/api/auth/signup', { body: { ...account, ...details }, headers }),
    );
    return this.signIn(email, headers);
  }

  async signIn(email: string, headers: Record<string, string> = {}): Promise<TestPlayer> {
    const { body } = await expectStatus(
      200,
      this.send('POST', '/api/auth/login', { body: { email, password: PASSWORD }, headers }),
    );
    return { email, authorization: `Bearer ${body.access_token}` };
  }

  as(player: TestPlayer, method: string, path: string, body?: unknown): Promise<Answer> {
    return this.send(method, path, { body, headers: { authorization: player.authorization } });
  }

  /** @returns the video's id */
  async upload(
    player: TestPlayer,
    clip: Uint8Array<ArrayBuffer>,
    fields: Record<string, string> = {},
  ): Promise<string> {
    const { body } = await expectStatus(
      201,
      this.as(player, 'POST', '/api/videos/upload', uploadForm(clip, fields)),
    );
    return body.task_id;
  }

  /** Every state that a player is told of a video, until it ends. */
  async watch(player: TestPlayer, videoId: string): Promise<ToldState[]> {
    const answer = await fetch(`${this.url}/api/videos/${videoId}/events`, {
      headers: { authorization: player.authorization },
    });
    const told: ToldState[] = [];
    let text = '';
    for await (const chunk of answer.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      text += chunk;
      const events = text.split('\n\n');
      text = events.pop() ?? '';
      for (const event of events) {
        const [, data] = /^event: state\ndata: (.*)$/m.exec(event) ?? [];
        if (data) told.push({ at: Date.now(), ...JSON.parse(data) });
      }
    }
    return told;
  }

  /** Waits until the video is processed or has failed. */
  async finished(player: TestPlayer, videoId: string, timeoutMs = 60_000): Promise<Answer['body']> {
    const deadline = Date.now() + timeoutMs;
    for (;;) {
      const { body } = await expectStatus(200, this.as(player, 'GET', `/api/videos/${videoId}`));
      if (body.status === 'processed' || body.status === 'failed') return body;
      if (Date.now() > deadline) throw new Error(`still ${body.status} after ${timeoutMs} ms`);
      await sleep(200);
    }
  }
}

export function uploadForm(
  clip: Uint8Array<ArrayBuffer>,
  fields: Record<string, string> = {},
  filename = 'clip.mp4',
): FormData {
  const form = new FormData();
  for (const [name, value] of Object.entries({ title: 'Mi mejor jugada', ...fields }))
    form.append(name, value);
  form.append('video_file', new Blob([clip]), filename);
  return form;
}

async function expectStatus(status: number, sent: Promise<Answer>): Promise<Answer> {
  const answer = await sent;
  if (answer.status !== status)
    throw new Error(`expected ${status}, got ${answer.status}: ${JSON.stringify(answer.body)}`);
  return answer;
}
