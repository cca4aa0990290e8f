import { partialDeepStrictEqual } from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';

/** What came back, whoever sent the request. */
export interface Answer {
  status: number;
  /** Of the Retry-After header. */
  retryAfter: string | undefined;
  /** Of the X-Request-Id header. */
  requestId: string | undefined;
  body: string;
}

/** What an answer must be: 200 unless told, and at least so much in its JSON. */
export interface Expected {
  status?: number;
  body?: unknown;
}

interface CallOptions {
  token?: string;
  json?: unknown;
  expect?: Expected;
}

const PATIENCE = 6;
const MAX_PAUSE_SECONDS = 30;

/** The API answered something else than it should. */
export class Refused extends Error {
  readonly code: string | undefined;

  constructor(request: string, { status = 200, body }: Expected, answer: Answer) {
    const { error, code, request_id } =
      parse<{ error?: string; code?: string; request_id?: string }>(answer.body) ?? {};
    const expected = body === undefined ? status : `${status} ${JSON.stringify(body)}`;
    const reason = error ?? (answer.body.slice(0, 300) || 'nothing');
    super(
      `${request} should answer ${expected} but answered ${answer.status}: ${reason}\n` +
        `(code ${code ?? 'none'}, request_id ${request_id ?? answer.requestId ?? 'none'})`,
    );
    this.code = code;
  }
}

/** Nothing answered, or not in time. */
export class Away extends Error {
  constructor(url: string, cause: unknown) {
    const { name, message, code } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
    const reason = name === 'TimeoutError' ? 'nothing in time' : (code ?? message);
    super(`${url} does not answer (${reason}).`, { cause });
  }
}

/** The public API, at one address or, by path, at those of its services. */
export class Api {
  readonly url: string;
  readonly addressOf: (path: string) => string;
  /** How long an answer may take, and how long an upload may stand still. */
  readonly timeoutMs: number;

  constructor(url: string, addressOf: (path: string) => string = () => url, timeoutMs = 30_000) {
    this.url = url;
    this.addressOf = addressOf;
    this.timeoutMs = timeoutMs;
  }

  /** @throws Refused when the answer is not the expected one */
  async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
    const answer = await patiently(() => this.#send(method, path, options));
    return accept<T>(`${method} ${path}`, options.expect ?? {}, answer);
  }

  /** A page or a link, followed to its end unless told. */
  async open(link: string, redirect: RequestInit['redirect'] = 'follow'): Promise<Response> {
    const url = link.startsWith('/') ? `${this.addressOf(link)}${link}` : link;
    return fetch(url, { redirect, signal: AbortSignal.timeout(this.timeoutMs) }).catch((error) => {
      throw new Away(url, error);
    });
  }

  /** Makes sure that a link, followed to its end, answers. */
  async check(link: string): Promise<void> {
    const response = await this.open(link);
    if (response.ok) return void (await response.body?.cancel());
    throw new Refused(`GET ${link}`, {}, await answerOf(response));
  }

  async #send(method: string, path: string, { token, json }: CallOptions): Promise<Answer> {
    const headers = {
      ...(token && { authorization: `Bearer ${token}` }),
      ...(json !== undefined && { 'content-type': 'application/json' }),
    };
    const body = json === undefined ? null : JSON.stringify(json);
    const address = this.addressOf(path);
    const signal = AbortSignal.timeout(this.timeoutMs);
    try {
      return await answerOf(await fetch(`${address}${path}`, { method, headers, body, signal }));
    } catch (error) {
      throw new Away(address, error);
    }
  }
}

export async function answerOf(response: Response): Promise<Answer> {
  return {
    status: response.status,
    retryAfter: response.headers.get('retry-after') ?? undefined,
    requestId: response.headers.get('x-request-id') ?? undefined,
    body: await response.text(),
  };
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
export function accept<T>(request: string, expected: Expected, answer: Answer): T {
  const value = parse<T>(answer.body);
  const isWhole = value !== undefined || answer.status === 204;
  const isExpected = answer.status === (expected.status ?? 200) && isWhole;
  if (!isExpected || !holds(value, expected.body)) throw new Refused(request, expected, answer);
  return value as T;
}

function holds(value: unknown, part: unknown): boolean {
  if (part === undefined) return true;
  try {
    partialDeepStrictEqual(value, part);
    return true;
  } catch {
    return false;
  }
}

function parse<T>(body: string): T | undefined {
  try {
    return JSON.parse(body) as T;
  } catch {
    return undefined;
  }
}
