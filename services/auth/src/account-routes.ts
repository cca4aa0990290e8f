import { challenged } from '@anb/service-kit/challenge';
import { addressKey } from '@anb/service-kit/client-address';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import { ApiError, unauthorized } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { emailAddress, line } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import { acceptedPassword, newPasswords } from './new-password.ts';
import { changeProfile, createUser, findProfile, type Profile, roles } from './store/users.ts';
import { TERMS_VERSION } from './terms.ts';

const person = {
  first_name: line(2, 50).openapi({ example: 'Valentina' }),
  last_name: line(2, 50).openapi({ example: 'Ríos' }),
  city: line(2, 50).openapi({ example: 'Bogotá' }),
  country: line(2, 50).openapi({ example: 'Colombia' }),
};

const signUp = z
  .object({
    ...person,
    email: emailAddress(),
    ...newPasswords,
    accepts_terms: z
      .boolean()
      .optional()
      .openapi({ description: 'Stored with the time and the version of the terms.', example: true }),
    guardian_name: line(2, 100).optional().openapi({
      description: 'Who accepts the terms for a minor. Stored with the acceptance, and not without one.',
      example: 'Marta Gómez',
    }),
  })
  .openapi('SignUp');

const profile = z
  .object({
    id: z.int(),
    ...person,
    email: z.string(),
    email_verified: z.boolean(),
    role: z.enum(roles).openapi({ description: 'Granted, never chosen.' }),
    created_at: z.iso.datetime(),
    updated_at: z.iso.datetime(),
  })
  .openapi('Profile');

const signUpRoute = createRoute({
  method: 'post',
  path: '/api/auth/signup',
  operationId: 'signUp',
  tags: ['auth'],
  summary: 'Create an account',
  request: { body: jsonBody(signUp), headers: challenged.headers },
  responses: {
    201: json(z.object({ message: z.literal('User created successfully') }), 'The account is there.'),
    ...refusing(400, 413, 415, 429),
    ...challenged.responses,
  },
});

const profileRoute = createRoute({
  method: 'get',
  path: '/api/auth/profile',
  operationId: 'getProfile',
  tags: ['auth'],
  summary: 'Who I am',
  responses: { 200: json(profile, 'The account.'), ...refusing(401) },
});

const changeProfileRoute = createRoute({
  method: 'patch',
  path: '/api/auth/profile',
  operationId: 'changeProfile',
  tags: ['auth'],
  summary: 'Change my name or city',
  description: 'A video that has been published keeps the city of its publication.',
  request: { body: jsonBody(z.object(person).partial().openapi('ProfileChange')) },
  responses: { 200: json(profile, 'The changed account.'), ...refusing(400, 401, 413, 415) },
});

export function accountRoutes({ sql, passwords, verify, challenge }: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(verify);

  routes.openapi(signUpRoute, async (c) => {
    const { password1, password2, accepts_terms, guardian_name, ...account } = c.req.valid('json');
    const password = acceptedPassword({ password1, password2 }, account);
    const address = addressKey(c.get('clientAddress'));
    await limit(sql, 'sign_up', address);
    await challenge?.(c);
    const created = await createUser(sql, {
      ...account,
      name_key: comparisonKey(`${account.first_name} ${account.last_name}`),
      city_key: comparisonKey(account.city),
      password_hash: await passwords.hash(password, address),
      accepted_terms_at: accepts_terms ? new Date() : null,
      accepted_terms_version: accepts_terms ? TERMS_VERSION : null,
      guardian_name: (accepts_terms && guardian_name) || null,
    });
    if (!created) {
      throw new ApiError(400, 'email_taken', 'There is an account with this e-mail. Sign in instead.', {
        details: [{ field: 'email', message: 'is taken' }],
      });
    }
    return c.json({ message: 'User created successfully' } as const, 201);
  });

  routes.openapi({ ...profileRoute, ...forSignedIn }, async (c) => {
    return c.json(present(await findProfile(sql, c.get('session').userId)), 200);
  });

  routes.openapi({ ...changeProfileRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    const change = c.req.valid('json');
    if (Object.keys(change).length === 0) return c.json(present(await findProfile(sql, userId)), 200);
    const changed = await sql.begin(async (transaction) => {
      const profile = await changeProfile(transaction, userId, change);
      // The keys follow what is stored now, of which the change may be a part only.
      return profile && changeProfile(transaction, userId, keysOf(profile));
    });
    return c.json(present(changed), 200);
  });

  return routes;
}

const keysOf = ({ first_name, last_name, city }: Profile) => ({
  name_key: comparisonKey(`${first_name} ${last_name}`),
  city_key: comparisonKey(city),
});

/** A token can outlive its account. */
function present(found: Profile | undefined): z.infer<typeof profile> {
  if (!found) throw unauthorized();
  return {
    ...found,
    role: found.role === 'organiser' ? 'organiser' : 'player',
    created_at: found.created_at.toISOString(),
    updated_at: found.updated_at.toISOString(),
  };
}
