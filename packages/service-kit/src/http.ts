import { OpenAPIHono, z } from '@hono/zod-openapi';
import type { Context, MiddlewareHandler } from 'hono';
import { bodyLimit } from 'hono/body-limit';
import { HTTPException } from 'hono/http-exception';
import { requestId } from 'hono/request-id';
import { routePath } from 'hono/route';
import { secureHeaders } from 'hono/secure-headers';
import { timeout } from 'hono/timeout';
import type { Registry } from 'prom-client';
import { ApiError, errorResponse, invalidInput } from './errors.ts';
import { describeIssue } from './input.ts';
import type { Logger } from './log.ts';
import { requestMetrics } from './metrics.ts';
import { requireOrganiser, requireSession, type SessionEnv, type VerifyToken } from './session.ts';

/** JSON bodies are small; files have a route that streams them. */
const MAX_JSON_BYTES = 64 * 1024;
/** Longer than a statement of the database may take, or wait for its answer. */
const MAX_ANSWER_MS = 8000;
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];

export interface HttpOptions {
  log: Logger;
  registry: Registry;
}

/** What every service's app starts from: request ids, logs, metrics, and refusals in the contract's shape. */
export function createHttp({ log, registry }: HttpOptions) {
  const app = createRoutes();
  app.onError(errorResponse(log));
  app.notFound((c) => refuseUnknown(app, c));
  app.use(requestId(), requestMetrics(registry), requestLog(log), secureHeaders());
  app.use(
    exceptForms(limitJson()),
    exceptForms(
      timeout(MAX_ANSWER_MS, new HTTPException(503, { message: `no answer within ${MAX_ANSWER_MS} ms` })),
    ),
  );
  return app;
}

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

/** Files come in forms; they are large and take their time. */
function exceptForms(limit: MiddlewareHandler): MiddlewareHandler {
  return async function limitJsonRequest(c, next) {
    if (/^multipart\/form-data\b/i.test(c.req.header('content-type') ?? '')) return next();
    return limit(c, next);
  };
}

function limitJson(): MiddlewareHandler {
  return bodyLimit({
    maxSize: MAX_JSON_BYTES,
    onError: () => {
      throw new ApiError(413, 'too_large', `The body is larger than ${MAX_JSON_BYTES / 1024} KiB.`);
    },
  });
}

function requestLog(log: Logger): MiddlewareHandler<SessionEnv> {
  return async function logRequest(c, next) {
    const start = performance.now();
    await next();
    log.info(
      {
        request_id: c.get('requestId'),
        method: c.req.method,
        route: routePath(c, -1),
        path: c.req.path,
        status: c.res.status,
        ms: Math.round(performance.now() - start),
        user_id: c.get('session')?.userId,
      },
      'request',
    );
  };
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
  413: 'Too large.',
  415: 'Wrong media type.',
  503: 'A part of the system is away; try again after `Retry-After` seconds.',
} as const;

const header = (name: string, description: string) =>
  z.object({ [name]: z.string().openapi({ description }) });
/** What a refusal says in a header. */
const told: Partial<Record<keyof typeof refusals, z.ZodObject>> = {
  401: header('WWW-Authenticate', 'Bearer'),
  503: header('Retry-After', 'Seconds.'),
};

/** The refusals of a route, for its OpenAPI description. */
export function refusing<S extends keyof typeof refusals>(...statuses: S[]) {
  const content = { 'application/json': { schema: errorBody } };
  const described = [...statuses, 503 as const].map((status) => [
    status,
    { description: refusals[status], content, ...(status in told && { headers: told[status] }) },
  ]);
  return Object.fromEntries(described) as Record<S | 503, { description: string; content: typeof content }>;
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
