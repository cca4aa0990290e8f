import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Logger } from './log.ts';

export interface FieldProblem {
  field: string;
  message: string;
}

interface ErrorExtras {
  details?: FieldProblem[];
  headers?: Record<string, string>;
  limit?: string | undefined;
  isLogged?: boolean;
}

/** A refusal as the contract words it: a status, a stable code and a sentence a person can act on. */
export class ApiError extends Error {
  readonly status: ContentfulStatusCode;
  readonly code: string;
  readonly details: FieldProblem[] | undefined;
  readonly headers: Record<string, string>;
  /** Which limit is used up, for the metrics. */
  readonly limit: string | undefined;
  /** Who throws it has said in the log why. */
  readonly isLogged: boolean;

  constructor(status: ContentfulStatusCode, code: string, message: string, extras: ErrorExtras = {}) {
    super(message);
    this.status = status;
    this.code = code;
    this.details = extras.details;
    this.headers = extras.headers ?? {};
    this.limit = extras.limit;
    this.isLogged = extras.isLogged ?? false;
  }
}

export const invalidInput = (details: FieldProblem[]) =>
  new ApiError(400, 'invalid_input', details.map(({ field, message }) => `${field} ${message}`).join('; '), {
    details,
  });

export const unauthorized = (message = 'Sign in first: send a valid access token as Bearer.') =>
  new ApiError(401, 'unauthorized', message, { headers: { 'WWW-Authenticate': 'Bearer' } });

/**
 * @param seconds until it is worth another try
 * @param limit which one is used up, for the metrics
 */
export const tooManyRequests = (seconds: number, message = 'That was too often.', limit?: string) => {
  const wait = Math.max(1, Math.ceil(seconds));
  return new ApiError(429, 'too_many_requests', `${message} Try again in ${wait} s.`, {
    headers: { 'Retry-After': String(wait) },
    limit,
  });
};

export const tooSlow = () =>
  new ApiError(408, 'too_slow', 'The body did not arrive in time. Send it again, over a better connection.');

export const unavailable = ({ isLogged = false } = {}) =>
  new ApiError(503, 'unavailable', 'The service is busy or a part of it is away. Try again in a moment.', {
    headers: { 'Retry-After': '2' },
    isLogged,
  });

const databaseAway = new Set([
  // It stops, starts or has no slot left; the last while a password is being rotated.
  ...['57P01', '57P02', '57P03', '53300', '08000', '08003', '08006', '28P01'],
  // The statement waited too long, for a lock say; the server is being replaced and takes no writes yet.
  ...['57014', '55P03', '25006'],
  // Two transactions were in each other's way.
  ...['40P01', '40001'],
]);
const networkAway = new Set(['ECONNREFUSED', 'ECONNRESET', 'EPIPE', 'ETIMEDOUT', 'ENOTFOUND', 'EAI_AGAIN']);
const clientAway = new Set([
  'TimeoutError',
  'RequestTimeout',
  'NetworkingError',
  'SlowDown',
  'ServiceUnavailable',
]);

/** Whether an error says that Postgres, S3 or SQS can not be reached or can not do it now, so that a retry may succeed. */
export function isDependencyAway(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  const { code, $metadata } = error as { code?: unknown; $metadata?: { httpStatusCode?: number } };
  if (typeof code === 'string') {
    if (databaseAway.has(code) || networkAway.has(code) || /^CONNECT(ION)?_/.test(code)) return true;
  }
  if (clientAway.has(error.name) || ($metadata?.httpStatusCode ?? 0) >= 500) return true;
  if (error instanceof AggregateError) return error.errors.some(isDependencyAway);
  return error.cause !== undefined && isDependencyAway(error.cause);
}

function asApiError(error: unknown): ApiError | undefined {
  if (error instanceof ApiError) return error;
  if (error instanceof HTTPException) return fromHttpException(error);
  if (isDependencyAway(error)) return unavailable();
  return undefined;
}

function fromHttpException({ status }: HTTPException): ApiError | undefined {
  if (status === 503) return unavailable();
  if (status === 400) return new ApiError(400, 'malformed_json', 'The body is not valid JSON.');
  if (status === 408) return tooSlow();
  if (status === 413) return new ApiError(413, 'too_large', 'The body is too large.');
  if (status === 415) {
    return new ApiError(
      415,
      'unsupported_media_type',
      'Send the body with the media type that the API documents.',
    );
  }
  return undefined;
}

/** Answers an error in the contract's shape; what is not ours is logged and never shown. */
export function errorResponse(log: Logger, countLimit?: (limit: string) => void) {
  return (error: Error, c: Context): Response => {
    const refusal = asApiError(error);
    if (refusal?.limit) countLimit?.(refusal.limit);
    if (!refusal || (refusal.status >= 500 && !refusal.isLogged)) {
      log.error({ err: error, request_id: c.get('requestId'), path: c.req.path }, 'request failed');
    }
    const { status, code, message, details, headers } =
      refusal ?? new ApiError(500, 'internal', 'Something went wrong on our side. Try again later.');
    return c.json(
      { error: message, code, request_id: c.get('requestId'), ...(details && { details }) },
      status,
      headers,
    );
  };
}
