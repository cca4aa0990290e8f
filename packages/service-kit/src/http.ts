import { randomUUID } from 'node:crypto';
import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { timeout } from 'hono/timeout';
import type { Registry } from 'prom-client';
import { answerWith } from './answer-headers.ts';
import { allowOrigins, securityHeaders } from './browsers.ts';
import { clientAddress } from './client-address.ts';
import { ApiError, errorResponse, invalidInput } from './errors.ts';
import { describeIssue } from './input.ts';
import type { Logger } from './log.ts';
import { outcomeCounter, requestMetrics } from './metrics.ts';
import { requestLog } from './request-log.ts';
import { requireOrganiser, requireSession, type SessionEnv, type VerifyToken } from './session.ts';

/** JSON bodies are small; files have a route that streams them. */
const MAX_JSON_BYTES = 64 * 1024;
/** Longer than a statement of the database may take, or wait for its answer. */
const MAX_ANSWER_MS = 8000;
const REQUEST_ID = /^[\w=-]{1,255}$/;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export interface HttpOptions {
  log: Logger;
  registry: Registry;
  /** Proxies of ours that a request passes; none when left out. */
  trustedProxyHops?: number;
  /** Whose scripts may read the answers, besides those of our own origin. */
  corsOrigins?: readonly string[];
  /** The one path that takes files, which are large and take their time; it limits them itself. */
  filesPath?: string;
}

/**
 * What every service's app starts from: request ids, logs, metrics, and refusals in the contract's shape.
 *
 * @param limits the names of those that its routes have
 */
export function createHttp(
  { log, registry, trustedProxyHops = 0, corsOrigins = [], filesPath }: HttpOptions,
  limits: string[] = [],
) {
  const app = createRoutes();
  app.onError(errorResponse(log, limits.length > 0 ? limitCounter(registry, limits) : undefined));
  app.notFound((c) => refuseUnknown(app, c));
  app.use(
    nameRequest(),
    requestMetrics(registry),
    requestLog(log),
    securityHeaders(),
    allowOrigins(corsOrigins),
  );
  app.use(async function noteClient(c, next) {
    c.set('clientAddress', clientAddress(c, trustedProxyHops));
    await next();
  });
  // In this order: the second reads a body that does not say how long it is.
  app.use(exceptAt(filesPath, timeout(MAX_ANSWER_MS, tooLate)), exceptAt(filesPath, limitJson()));
  return app;
}

const limitCounter = (registry: Registry, values: string[]) =>
  outcomeCounter(registry, {
    name: 'anb_throttled_total',
    help: 'Requests answered 429, by the limit that was used up.',
    label: 'limit',
    values,
  });

/** A family of routes; what a schema refuses becomes the contract's 400. */
export function createRoutes() {
  return new OpenAPIHono<SessionEnv>({
    defaultHook: (result, c) => {
      // Without a body the validator judges an empty object, which a change may be.
      if (result.target === 'json' && !c.req.header('content-type')) throw new HTTPException(400);
      if (!result.success) throw invalidInput(result.error.issues.map(describeIssue));
    },
  });
}

function exceptAt(path: string | undefined, limit: MiddlewareHandler): MiddlewareHandler {
  return async function limitRequest(c, next) {
    return c.req.path === path ? next() : limit(c, next);
  };
}

/** Whoever is slow with the body must not count as a failure of ours. */
const tooLate = (c: Context<SessionEnv>) =>
  c.env?.incoming?.complete === false ? new HTTPException(408) : new HTTPException(503);

/** Its own name, or the one that a proxy gave it. */
function nameRequest(): MiddlewareHandler<SessionEnv> {
  return function setRequestId(c, next) {
    const given = c.req.header('x-request-id') ?? '';
    const id = REQUEST_ID.test(given) ? given : randomUUID();
    c.set('requestId', id);
    return answerWith(c, [['X-Request-Id', id]], next);
  };
}

function limitJson(): MiddlewareHandler<SessionEnv> {
  const limit = bodyLimit({
    maxSize: MAX_JSON_BYTES,
    onError: () => {
      throw new ApiError(413, 'too_large', `The body is larger than ${MAX_JSON_BYTES / 1024} KiB.`);
    },
  });
  return async function limitBody(c, next) {
    return isKnownToBeSmall(c) ? next() : limit(c, next);
  };
}

/**
 * To look at the body would make a stream of it, which costs more than all else here. From the network comes no more than
 * was said, and nothing where nothing was said.
 */
function isKnownToBeSmall(c: Context<SessionEnv>): boolean {
  if (!c.env?.incoming || c.req.header('transfer-encoding')) return false;
  return Number(c.req.header('content-length') ?? 0) <= MAX_JSON_BYTES;
}

/** 405 with the methods that the route table knows for this path, or 404 when it knows none. */
function refuseUnknown(app: OpenAPIHono<SessionEnv>, c: Context): never {
  const allowed = METHODS.filter((method) =>
    app.router.match(method, c.req.path)[0].some(([[, route]]) => route.method === method),
  );
  if (allowed.length === 0) throw new ApiError(404, 'not_found', `There is nothing at ${c.req.path}.`);
  if (allowed.includes('GET')) allowed.push('HEAD');
  refuseMethod(c, allowed);
}

/** 405 with what is allowed. */
export function refuseMethod(c: Context, allowed: string[]): never {
  throw new ApiError(
    405,
    'method_not_allowed',
    `${c.req.method} is not answered here. Allowed: ${allowed.join(', ')}.`,
    {
      headers: { Allow: allowed.join(', ') },
    },
  );
}

const errorBody = z
  .object({
    error: z.string().openapi({ description: 'A sentence a person can act on.' }),
    code: z.string().openapi({ description: 'Stable, for programs.', example: 'invalid_input' }),
    request_id: z.string().optional(),
    details: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
  })
  .openapi('Error');

const refusals = {
  400: 'The input is not valid, or the state does not allow it.',
  401: 'No valid access token.',
  403: 'It belongs to somebody else.',
  404: 'There is no such thing.',
  408: 'The body did not arrive in time.',
  413: 'Too large.',
  415: 'Wrong media type.',
  429: 'Too often; try again after `Retry-After` seconds.',
  503: 'A part of the system is away; try again after `Retry-After` seconds.',
} as const;

const header = (name: string, description: string) =>
  z.object({ [name]: z.string().openapi({ description }) });
/** What a refusal says in a header. */
const told: Partial<Record<keyof typeof refusals, z.ZodObject>> = {
  401: header('WWW-Authenticate', 'Bearer'),
  429: header('Retry-After', 'Seconds.'),
  503: header('Retry-After', 'Seconds.'),
};

/** The refusals of a route, for its OpenAPI description. */
export function refusing<S extends keyof typeof refusals>(...statuses: S[]) {
  const content = { 'application/json': { schema: errorBody } };
  const anyTime = statuses.includes(413 as S) ? ([408, 503] as const) : ([503] as const);
  const described = [...statuses, ...anyTime].map((status) => [
    status,
    { description: refusals[status], content, ...(status in told && { headers: told[status] }) },
  ]);
  return Object.fromEntries(described) as Record<S | 503, { description: string; content: typeof content }>;
}

/** As `refusing`, for a route that is `organisersOnly`. */
export function refusingPlayers<S extends keyof typeof refusals>(...statuses: S[]) {
  const forbidden = { ...refusing(403)[403], description: 'Only organisers of the contest may.' };
  return { ...refusing(...statuses), ...refusing(401), 403: forbidden };
}

/** An answer in JSON, for a route's OpenAPI description. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { description, content: { 'application/json': { schema } } };
}

/** A request body in JSON. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { required: true, content: { 'application/json': { schema } } };
}

/** What a route adds to its definition to be for signed-in callers only: the check, and the word of it in OpenAPI. */
export function signedIn(verify: VerifyToken) {
  return { security: [{ bearer: [] }], middleware: requireSession(verify) };
}

/** As `signedIn`, for organisers of the contest. */
export function organisersOnly(verify: VerifyToken) {
  return { security: [{ bearer: [] }], middleware: [requireSession(verify), requireOrganiser()] };
}
