import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import { CODE_MINUTES } from './mail-secrets.ts';
import { requestCode, verifyEmail } from './store/email-codes.ts';

const verifyRoute = createRoute({
  method: 'post',
  path: '/api/auth/verify-email',
  operationId: 'verifyEmail',
  tags: ['auth'],
  summary: 'Prove my e-mail address',
  description:
    `With the six digits that were sent to it: good for ${CODE_MINUTES} minutes, and for one use. ` +
    'Five wrong ones, and a new code must be asked for.',
  request: {
    body: jsonBody(
      z
        .object({
          code: z
            .string()
            .trim()
            .regex(/^\d{6}$/, 'must be six digits')
            .openapi({ example: '048213' }),
        })
        .openapi('EmailCode'),
    ),
  },
  responses: {
    200: json(z.object({ message: z.literal('E-mail verified') }), 'It is verified, now or before.'),
    ...refusing(400, 401, 413, 415, 429),
  },
});

const resendRoute = createRoute({
  method: 'post',
  path: '/api/auth/verify-email/resend',
  operationId: 'resendEmailCode',
  tags: ['auth'],
  summary: 'Have a new code sent',
  description: 'Once a minute; six times, then once an hour.',
  responses: {
    200: json(z.object({ message: z.literal('Code sent') }), 'It is on its way.'),
    ...refusing(400, 401, 429),
  },
});

export function emailRoutes({ sql, verify }: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(verify);

  routes.openapi({ ...verifyRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    await limit(sql, 'verify_email', userId);
    switch (await verifyEmail(sql, userId, c.req.valid('json').code)) {
      case 'verified':
        return c.json({ message: 'E-mail verified' } as const, 200);
      case 'wrong':
        throw new ApiError(400, 'wrong_code', 'The code is not the one that was sent. Check its six digits.');
      case 'none_left':
        throw new ApiError(400, 'code_expired', 'No code is good any more. Ask for a new one.');
    }
  });

  routes.openapi({ ...resendRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    await limit(sql, 'email_code_minute', userId);
    await limit(sql, 'email_code', userId);
    if (!(await requestCode(sql, userId))) {
      throw new ApiError(400, 'already_verified', 'Your e-mail is verified already.');
    }
    return c.json({ message: 'Code sent' } as const, 200);
  });

  return routes;
}
