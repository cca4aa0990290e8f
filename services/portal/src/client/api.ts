import type { ApiProblem } from '@anb/api-client/contract';

/** The API has refused a request. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;
  /** What is wrong with which field. */
  readonly details: readonly { field: string; message: string }[];
  /** Seconds until it is worth another try. */
  readonly retryAfter: number | undefined;
  readonly requestId: string | undefined;

  constructor(status: number, problem: Partial<ApiProblem>, retryAfter: number | undefined) {
    super(problem.error ?? `status ${status}`);
    this.status = status;
    this.code = problem.code ?? 'unknown';
    this.details = problem.details ?? [];
    this.retryAfter = retryAfter;
    this.requestId = problem.request_id;
  }
}

/** Nothing answered: no network, or not in time. */
export class Offline extends Error {}

export interface RequestOptions {
  token?: string | undefined;
  json?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal | undefined;
}

const PATIENCE_MS = 30_000;

/**
 * One request to the API, by its path.
 * @returns the answer's JSON, undefined where it has none
 * @throws Refusal, Offline
 */
export async function request<T>(method: string, path: string, options: RequestOptions = {}): Promise<T> {
  const answer = await send(method, path, options);
  const body = await bodyOf(answer, options.signal);
  if (!answer.ok) throw refusalOf(answer, body);
  return body as T;
}

/** undefined: it is no JSON. @throws Offline when it breaks off */
async function bodyOf(answer: Response, signal: AbortSignal | undefined): Promise<unknown> {
  const text = await answer.text().catch((error) => {
    throw signal?.aborted ? error : new Offline(String(error));
  });
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** As `request`, for an answer that is read as it comes. */
export async function send(
  method: string,
  path: string,
  { token, json, headers, signal }: RequestOptions,
): Promise<Response> {
  try {
    return await fetch(path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(json !== undefined && { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(json !== undefined && { body: JSON.stringify(json) }),
      signal: signal ?? AbortSignal.timeout(PATIENCE_MS),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Offline(String(error));
  }
}

export function refusalOf(answer: Response, body: unknown): Refusal {
  return new Refusal(
    answer.status,
    (body ?? {}) as Partial<ApiProblem>,
    Number(answer.headers.get('retry-after')) || undefined,
  );
}
