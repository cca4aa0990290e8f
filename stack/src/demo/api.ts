import { setTimeout as sleep } from 'node:timers/promises';

/** What came back, whoever sent the request. */
export interface Answer {
  status: number;
  /** Of the Retry-After header. */
  retryAfter: string | undefined;
  body: string;
}

interface CallOptions {
  token?: string;
  json?: unknown;
  expect?: number;
}

const PATIENCE = 6;
const MAX_PAUSE_SECONDS = 30;

/** The API answered something else than it should. */
export class Refused extends Error {
  readonly code: string | undefined;

  constructor(request: string, expected: number, { status, body }: Answer) {
    const { error, code, request_id } =
      parse<{ error?: string; code?: string; request_id?: string }>(body) ?? {};
    const reason = error ?? (body.slice(0, 200) || 'nothing');
    super(
      `${request} should answer ${expected} but answered ${status}: ${reason}\n` +
        `(code ${code ?? 'none'}, request_id ${request_id ?? 'none'}: search for it in the output of npm start)`,
    );
    this.code = code;
  }
}

export class Api {
  readonly url: string;

  constructor(url: string) {
    this.url = url;
  }

  /** @throws Refused when the status is not the expected one (200 unless told) */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const { expect = 200 } = options;
    const answer = await patiently(() => this.#send(method, path, options));
    return accept<T>(`${method} ${path}`, expect, answer);
  }

  /** Makes sure that a link, followed to its end, answers. */
  async check(link: string): Promise<void> {
    const response = await fetch(link).catch((error) => {
      throw away(link, error);
    });
    if (response.ok) return void (await response.body?.cancel());
    const answer = { status: response.status, retryAfter: undefined, body: await response.text() };
    throw new Refused(`GET ${link}`, 200, answer);
  }

  async #send(method: string, path: string, { token, json }: CallOptions): Promise<Answer> {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    };
    const body = json === undefined ? null : JSON.stringify(json);
    try {
      const response = await fetch(`${this.url}${path}`, { method, headers, body });
      const retryAfter = response.headers.get('retry-after') ?? undefined;
      return { status: response.status, retryAfter, body: await response.text() };
    } catch (error) {
      throw away(this.url, error);
    }
  }
}

/** @throws Error with what to do, when nothing or something else answers there */
export async function greet({ url }: Api): Promise<void> {
  const response = await fetch(`${url}/health`).catch(() => undefined);
  const health = response?.ok ? parse<{ status?: string }>(await response.text()) : undefined;
  if (health?.status === 'healthy') return;
  throw new Error(
    `${response ? `What answers at ${url} is not this system (or it has just started).` : `Nothing answers at ${url}.`}

Start the system in another terminal, wait for its "ready" line, then run the demo again:
  npm start
When it runs elsewhere, say where:
  PORT=8091 npm run demo     (on this machine, on another port)
  PUBLIC_URL=https://… npm run demo`,
  );
}

/** Sends again, for a while, what was refused with 429 or 503: both say "later". */
export async function patiently(send: () => Promise<Answer>): Promise<Answer> {
  for (let attempt = 1; ; attempt++) {
    const answer = await send();
    if ((answer.status !== 429 && answer.status !== 503) || attempt === PATIENCE) return answer;
    const seconds = Math.min(Number(answer.retryAfter) || 2, MAX_PAUSE_SECONDS);
    await sleep(seconds * 1000);
  }
}

/** @throws Refused */
export function accept<T>(request: string, expected: number, answer: Answer): T {
  const value = parse<T>(answer.body);
  if (answer.status !== expected || value === undefined) throw new Refused(request, expected, answer);
  return value;
}

export function away(url: string, cause: unknown): Error {
  const { message, code } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
  return new Error(
    `${url} stopped answering (${code ?? message}). See the output of npm start; ` +
      'run the demo again when the system is back: it goes on where it stopped.',
    { cause },
  );
}

function parse<T>(body: string): T | undefined {
  try {
    return JSON.parse(body) as T;
  } catch {
    return undefined;
  }
}
