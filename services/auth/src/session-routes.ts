import { createHash, randomBytes } from 'node:crypto';
import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { line } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { endSession, findCredentials, startSession } from './store.ts';
import { ACCESS_TOKEN_SECONDS } from './tokens.ts';

const tokens = z
  .object({
    access_token: z.string().openapi({ description: 'Send it as `Authorization: Bearer …`.' }),
    token_type: z.literal('Bearer'),
    expires_in: z.literal(ACCESS_TOKEN_SECONDS).openapi({ description: 'Seconds.' }),
    refresh_token: z.string(),
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
        })
        .openapi('Login'),
    ),
  },
  responses: { 200: json(tokens, 'Signed in.'), ...refusing(400, 401, 413, 415) },
});

const logoutRoute = createRoute({
  method: 'post',
  path: '/api/auth/logout',
  operationId: 'logout',
  tags: ['auth'],
  summary: 'Sign out',
  description: "The session's tokens are refused by every service within two seconds.",
  responses: {
    200: json(z.object({ message: z.literal('Logged out successfully') }), 'Signed out.'),
    ...refusing(401),
  },
});

export function sessionRoutes({ sql, passwords, signer, verify }: Dependencies) {
  const routes = createRoutes();

  routes.openapi(loginRoute, async (c) => {
    const { email, password } = c.req.valid('json');
    const known = await findCredentials(sql, email);
    if (!(await passwords.matches(password, known?.password_hash)) || !known) {
      throw new ApiError(401, 'invalid_credentials', 'Invalid credentials', {
        headers: { 'WWW-Authenticate': 'Bearer' },
      });
    }
    const refreshToken = randomBytes(32).toString('base64url');
    const sessionId = await startSession(sql, known.id, createHash('sha256').update(refreshToken).digest());
    const accessToken = await signer.sign({ userId: known.id, sessionId, role: known.role });
    c.header('Cache-Control', 'no-store');
    return c.json(
      {
        access_token: accessToken,
        token_type: 'Bearer' as const,
        expires_in: ACCESS_TOKEN_SECONDS as typeof ACCESS_TOKEN_SECONDS,
        refresh_token: refreshToken,
      },
      200,
    );
  });

  routes.openapi({ ...logoutRoute, ...signedIn(verify) }, async (c) => {
    await endSession(sql, c.get('session').sessionId);
    return c.json({ message: 'Logged out successfully' } as const, 200);
  });

  return routes;
}
