import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { addressKey } from '@anb/service-kit/client-address';
import { ApiError, tooManyRequests } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { line } from '@anb/service-kit/input';
import { outcomeCounter } from '@anb/service-kit/metrics';
import { createRoute, z } from '@hono/zod-openapi';
import type { Context } from 'hono';
import type { Dependencies } from './app.ts';
import { browserCookie } from './browser-cookie.ts';
import { refreshCookie } from './refresh-cookie.ts';
import {
  newRefreshToken,
  type RefreshToken,
  readRefreshToken,
  refreshHash,
  successor,
  writeRefreshToken,
} from './refresh-token.ts';
import { createSignIn } from './sign-in.ts';
import { endSession, endSessions, refreshSession } from './store/sessions.ts';
import { ACCESS_TOKEN_SECONDS } from './tokens.ts';

const tokens = z
  .object({
    access_token: z.string().openapi({ description: 'Send it as `Authorization: Bearer …`.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.literal(ACCESS_TOKEN_SECONDS).openapi({ description: 'Seconds.' }),
    refresh_token: z
      .string()
      .optional()
      .openapi({ description: 'Good for one refresh. Missing where it is kept in the cookie.' }),
  })
  .openapi('Tokens');

const loginRoute = createRoute({
  method: 'post',
  path: '/api/auth/login',
  operationId: 'login',
  tags: ['auth'],
  summary: 'Sign in',
  request: {
    body: jsonBody(
      z
        .object({
          email: line(3, 254).openapi({ example: 'valentina@example.com' }),
          password: z.string().min(1).max(128).openapi({ format: 'password', example: 'un-pase-largo-7' }),
          refresh_cookie: z.boolean().optional().openapi({
            description:
              "For the portal's pages: the refresh token goes into an HttpOnly cookie, out of reach of scripts, instead of the answer.",
          }),
        })
        .openapi('Login'),
    ),
  },
  responses: { 200: json(tokens, 'Signed in.'), ...refusing(400, 401, 403, 413, 415, 429) },
});

const refreshRoute = createRoute({
  method: 'post',
  path: '/api/auth/refresh',
  operationId: 'refresh',
  tags: ['auth'],
  summary: 'Get new tokens for a refresh token',
  description:
    "Each refresh token is good once; the answer brings the next one. When the answer was lost, the same request may be repeated within half a minute. A token that was used before ends the session. Without a body the portal's cookie is read.",
  request: {
    body: {
      ...jsonBody(
        z
          .object({
            refresh_token: z.string().max(200).openapi({ example: '(of your last login or refresh)' }),
          })
          .openapi('Refresh'),
      ),
      required: false,
    },
  },
  responses: { 200: json(tokens, 'New tokens.'), ...refusing(400, 401, 403, 413, 415) },
});

const loggedOut = z.object({ message: z.literal('Logged out successfully') });

const logoutRoute = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  operationId: 'logout',
  tags: ['auth'],
  summary: 'Sign out',
  description: "The session's tokens are refused by every service within two seconds.",
  responses: { 200: json(loggedOut, 'Signed out.'), ...refusing(401) },
});

const logoutAllRoute = createRoute({
  ...logoutRoute,
  path: '/api/auth/logout-all',
  operationId: 'logoutAll',
  summary: 'Sign out everywhere',
  description: "The tokens of all the account's sessions are refused by every service within two seconds.",
});

/**
 * A wrong password is answered no sooner, so that the time does not tell whether there is such an account, or one whose
 * hash is still bcrypt's. Longer than that of cost 12 takes, also behind another. It costs a timer.
 */
const WRONG_AFTER_MS = 600;

const TOO_MANY: Record<string, string> = {
  sign_in_address: 'Too many attempts to sign in.',
  sign_in_account: 'Too many attempts to sign in. A reset of the password lets the owner in at once.',
};

export function sessionRoutes({ sql, passwords, signer, verify, publicUrl, log, registry }: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(verify);
  const cookie = refreshCookie(publicUrl);
  const browser = browserCookie(publicUrl);
  const signIn = createSignIn({ sql, passwords, log });
  const count = outcomeCounter(registry, {
    name: 'anb_auth_login_total',
    help: 'Sign-ins, by result.',
    label: 'result',
    values: ['success', 'wrong', 'throttled'],
  });

  const countRefresh = outcomeCounter(registry, {
    name: 'anb_auth_refresh_total',
    help: 'Refreshes, by what the token was.',
    label: 'result',
    values: ['current', 'repeated', 'reused', 'wrong'],
  });

  async function answerTokens(
    c: Context,
    refreshToken: RefreshToken,
    { userId, role, inCookie }: { userId: number; role: string; inCookie: boolean },
  ): Promise<z.infer<typeof tokens>> {
    const { sessionId } = refreshToken;
    const text = writeRefreshToken(refreshToken);
    if (inCookie) cookie.write(c, text);
    c.header('Cache-Control', 'no-store');
    return {
      access_token: await signer.sign({ userId, sessionId, role }),
      token_type: 'Bearer',
      expires_in: ACCESS_TOKEN_SECONDS,
      ...(!inCookie && { refresh_token: text }),
    };
  }

  routes.openapi(loginRoute, async (c) => {
    const { email, password, refresh_cookie: inCookie = false } = c.req.valid('json');
    signer.requireKey();
    if (inCookie) cookie.requireOwnPage(c);
    const wrongAt = performance.now() + WRONG_AFTER_MS;
    const address = addressKey(c.get('clientAddress'));
    const token = newRefreshToken(randomUUID());
    const session = { id: token.sessionId, refreshHash: refreshHash(token) };
    const browserId = inCookie && browser.read(c);
    const place = browserId ? `browser:${browserId}` : address;
    const outcome = await signIn({ email, password, address, place, session });
    count(outcome.result);
    if (outcome.result === 'throttled') {
      throw tooManyRequests(outcome.waitSeconds, TOO_MANY[outcome.limitedBy], outcome.limitedBy);
    }
    if (outcome.result === 'wrong') {
      await sleep(Math.max(0, wrongAt - performance.now()));
      throw invalidCredentials();
    }
    const { account } = outcome;
    if (browserId) browser.write(c, browserId);
    return c.json(await answerTokens(c, token, { userId: account.id, role: account.role, inCookie }), 200);
  });

  routes.openapi(refreshRoute, async (c) => {
    const given = c.req.valid('json')?.refresh_token;
    const token = readRefreshToken(given ?? cookie.read(c) ?? '');
    signer.requireKey();
    const refreshed = await refresh(token, c.get('requestId'));
    if (!refreshed) {
      if (given === undefined) cookie.clear(c);
      throw new ApiError(401, 'invalid_refresh_token', 'This refresh token does not hold. Sign in again.', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    const { next, ...account } = refreshed;
    return c.json(await answerTokens(c, next, { ...account, inCookie: given === undefined }), 200);
  });

  async function refresh(token: RefreshToken | undefined, requestId: string) {
    const salt = randomBytes(32);
    const refreshed =
      token &&
      (await refreshSession(sql, {
        sessionId: token.sessionId,
        refreshHash: refreshHash(token),
        salt,
        successorHash: refreshHash(successor(token, salt)),
      }));
    countRefresh(refreshed?.presented ?? 'wrong');
    if (!refreshed) return undefined;
    const { userId, role, presented } = refreshed;
    if (presented !== 'reused') return { userId, role, next: successor(token, refreshed.salt) };
    log.warn(
      { user_id: userId, session_id: token.sessionId, request_id: requestId },
      'a refresh token was used again: somebody else has it too, and the session is ended',
    );
    return undefined;
  }

  routes.openapi({ ...logoutRoute, ...forSignedIn }, async (c) => {
    await endSession(sql, c.get('session').sessionId);
    cookie.clear(c);
    return c.json({ message: 'Logged out successfully' } as const, 200);
  });

  routes.openapi({ ...logoutAllRoute, ...forSignedIn }, async (c) => {
    await endSessions(sql, c.get('session').userId, 'logout');
    cookie.clear(c);
    return c.json({ message: 'Logged out successfully' } as const, 200);
  });

  return routes;
}

const invalidCredentials = () =>
  new ApiError(401, 'invalid_credentials', 'Invalid credentials', {
    headers: { 'WWW-Authenticate': 'Bearer' },
  });
