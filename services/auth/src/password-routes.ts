import { createHash } from 'node:crypto';
import { addressKey } from '@anb/service-kit/client-address';
import { ApiError, unauthorized } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { emailAddress } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit, limitKey } from './limits.ts';
import { hashResetToken, RESET_MINUTES } from './mail-secrets.ts';
import { acceptedPassword, newPasswords } from './new-password.ts';
import { changePassword, requestReset, resetPassword, whoResets } from './store/password-changes.ts';
import { findPasswordHash, findProfile } from './store/users.ts';

const changed = json(z.object({ message: z.literal('Password changed') }), 'The new one holds.');

const changeRoute = createRoute({
  method: 'post',
  path: '/api/auth/password',
  operationId: 'changePassword',
  tags: ['auth'],
  summary: 'Change my password',
  description: 'Every other session of the account ends; this one goes on. The owner is told by e-mail.',
  request: {
    body: jsonBody(
      z
        .object({
          current: z.string().min(1).max(128).openapi({ format: 'password', example: 'un-pase-largo-7' }),
          ...newPasswords,
        })
        .openapi('PasswordChange'),
    ),
  },
  responses: { 200: changed, ...refusing(400, 401, 413, 415, 429) },
});

const forgotRoute = createRoute({
  method: 'post',
  path: '/api/auth/password/forgot',
  operationId: 'forgotPassword',
  tags: ['auth'],
  summary: 'Have a link sent that sets a new password',
  description: 'The answer is the same whether there is an account of this e-mail or not.',
  request: {
    body: jsonBody(z.object({ email: emailAddress() }).openapi('ForgottenPassword')),
  },
  responses: {
    200: json(
      z.object({ message: z.literal('If there is an account, a link is on its way') }),
      `The link is good for ${RESET_MINUTES} minutes.`,
    ),
    ...refusing(400, 413, 415, 429),
  },
});

const resetRoute = createRoute({
  method: 'post',
  path: '/api/auth/password/reset',
  operationId: 'resetPassword',
  tags: ['auth'],
  summary: 'Set a new password with the link that was sent',
  description: 'Every session of the account ends, and its e-mail counts as verified.',
  request: {
    body: jsonBody(
      z
        .object({
          token: z
            .string()
            .min(1)
            .max(128)
            .openapi({ description: 'What follows `#token=` in the link.', example: 'Q2Fuw7NuZ28' }),
          ...newPasswords,
        })
        .openapi('PasswordReset'),
    ),
  },
  responses: { 200: changed, ...refusing(400, 413, 415, 429) },
});

export function passwordRoutes({ sql, passwords, verify }: Dependencies) {
  const routes = createRoutes();

  routes.openapi({ ...changeRoute, ...signedIn(verify) }, async (c) => {
    const { userId, sessionId } = c.get('session');
    const { current, ...wanted } = c.req.valid('json');
    const person = await findProfile(sql, userId);
    if (!person) throw unauthorized();
    const password = acceptedPassword(wanted, person);
    await limit(sql, 'password_change', userId);
    const address = addressKey(c.get('clientAddress'));
    const knownHash = await findPasswordHash(sql, userId);
    const isRight = await passwords.matches(current, knownHash, address);
    const newHash = isRight && (await passwords.hash(password, address));
    const forgotKey = limitKey('forgot_email', keyOf(person.email));
    if (
      !knownHash ||
      !newHash ||
      !(await changePassword(sql, { userId, sessionId, knownHash, newHash, forgotKey }))
    ) {
      throw new ApiError(400, 'wrong_password', 'The current password is not right.', {
        details: [{ field: 'current', message: 'is not the current password' }],
      });
    }
    return c.json({ message: 'Password changed' } as const, 200);
  });

  routes.openapi(forgotRoute, async (c) => {
    const { email } = c.req.valid('json');
    await limit(sql, 'forgot_address', addressKey(c.get('clientAddress')));
    await limit(sql, 'forgot_email', keyOf(email));
    await requestReset(sql, email);
    return c.json({ message: 'If there is an account, a link is on its way' } as const, 200);
  });

  routes.openapi(resetRoute, async (c) => {
    const { token, ...wanted } = c.req.valid('json');
    const address = addressKey(c.get('clientAddress'));
    await limit(sql, 'reset_address', address);
    const tokenHash = hashResetToken(token);
    const person = await whoResets(sql, tokenHash);
    if (!person) throw invalidResetToken();
    const passwordHash = await passwords.hash(acceptedPassword(wanted, person), address);
    if (!(await resetPassword(sql, { tokenHash, passwordHash, address }))) throw invalidResetToken();
    return c.json({ message: 'Password changed' } as const, 200);
  });

  return routes;
}

const invalidResetToken = () =>
  new ApiError(400, 'invalid_reset_token', 'The link is used or too old. Ask for a new one.');

/** A count of limits needs no addresses. */
const keyOf = (email: string) => createHash('sha256').update(email.toLowerCase()).digest('base64url');
