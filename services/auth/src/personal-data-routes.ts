import { addressKey } from '@anb/service-kit/client-address';
import { ApiError, unauthorized } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, refusing, signedIn } from '@anb/service-kit/http';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { limit } from './limits.ts';
import { refreshCookie } from './refresh-cookie.ts';
import { deleteAccount, exportPersonalData } from './store/personal-data.ts';
import { findPasswordHash } from './store/users.ts';

const time = z.iso.datetime();
const change = z.looseObject({ action: z.string(), done_at: time });
const personalData = z
  .object({
    exported_at: time,
    account: z.object({
      id: z.int(),
      first_name: z.string(),
      last_name: z.string(),
      email: z.string(),
      email_verified: z.boolean(),
      city: z.string(),
      country: z.string(),
      role: z.string(),
      created_at: time,
      updated_at: time,
    }),
    consent: z
      .object({
        accepted_terms_at: time,
        accepted_terms_version: z.string().optional(),
        guardian_name: z.string().optional().openapi({ description: 'Who accepted them for a minor.' }),
      })
      .nullable()
      .openapi({ description: 'null: the terms were never accepted.' }),
    sessions: z.array(z.looseObject({ created_at: time, expires_at: time, ended_at: time.optional() })),
    known_addresses: z
      .array(z.object({ seen_at: time }))
      .openapi({ description: 'Where the account was signed in to lately; only hashes of them are stored.' }),
    mails: z
      .array(z.looseObject({ queued_at: time, kind: z.string() }))
      .openapi({ description: 'Not sent yet.' }),
    account_changes: z.array(change).openapi({ description: 'What was done about the account by command.' }),
    videos: z.array(z.looseObject({ video_id: z.uuid(), uploaded_at: time })).openapi({
      description: 'With the tombstones of deleted ones. GET /api/videos/{video_id} has the clips.',
    }),
    uploads: z
      .array(z.looseObject({ video_id: z.uuid(), started_at: time }))
      .openapi({ description: 'Under way.' }),
    reports: z
      .array(z.looseObject({ video_id: z.uuid(), reason: z.string(), reported_at: time }))
      .openapi({ description: 'Of videos of others.' }),
    organiser_actions: z
      .array(change)
      .openapi({ description: 'What was done as an organiser, about videos' }),
    votes: z.array(
      z.object({
        video_id: z.uuid(),
        cast_at: time,
        voided_at: time.optional().openapi({ description: 'By an organiser; it counts no longer.' }),
      }),
    ),
    results: z.array(
      z.object({
        version: z.int(),
        frozen_at: time,
        position: z.int(),
        city_position: z.int(),
        qualifies: z.boolean(),
        votes: z.int(),
        video_id: z.uuid(),
        username: z.string(),
        title: z.string(),
        city: z.string(),
      }),
    ),
    contest_changes: z.array(change).openapi({ description: 'and about the contest.' }),
  })
  .openapi('PersonalData');

const exportRoute = createRoute({
  method: 'get',
  path: '/api/auth/account/export',
  operationId: 'exportAccount',
  tags: ['auth'],
  summary: 'All that is stored about me',
  responses: {
    200: {
      ...json(personalData, 'A file to save.'),
      headers: z.object({ 'Content-Disposition': z.string().openapi({ description: 'attachment' }) }),
    },
    ...refusing(401, 429),
  },
});

const deleteRoute = createRoute({
  method: 'delete',
  path: '/api/auth/account',
  operationId: 'deleteAccount',
  tags: ['auth'],
  summary: 'Delete my account',
  description:
    'At once: name, city and e-mail, all sessions, the videos, also those open for voting. Within a minute: their files; of those in work within an hour. ' +
    'The votes stay under a number that names nobody any more; the e-mail is free for a new account.',
  request: {
    body: jsonBody(
      z
        .object({
          password: z.string().min(1).max(128).openapi({ format: 'password', example: 'un-pase-largo-7' }),
        })
        .openapi('AccountDeletion'),
    ),
  },
  responses: {
    202: json(
      z.object({
        message: z.literal(
          'The account is deleted; its clips are gone within a minute, those in work within an hour.',
        ),
      }),
      'It is deleted.',
    ),
    ...refusing(400, 401, 413, 415, 429),
  },
});

export function personalDataRoutes({ sql, passwords, verify, publicUrl }: Dependencies) {
  const routes = createRoutes();
  const cookie = refreshCookie(publicUrl);
  const forSignedIn = signedIn(verify);

  routes.openapi({ ...exportRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    await limit(sql, 'export', userId);
    const document = await exportPersonalData(sql, userId);
    if (!document) throw unauthorized();
    c.header('Content-Disposition', 'attachment; filename="anb-rising-stars-account.json"');
    c.header('Cache-Control', 'no-store');
    return c.json(document, 200);
  });

  routes.openapi({ ...deleteRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    const { password } = c.req.valid('json');
    await limit(sql, 'delete_account', userId);
    const hash = await findPasswordHash(sql, userId);
    if (!hash) throw unauthorized();
    if (!(await passwords.matches(password, hash, addressKey(c.get('clientAddress'))))) {
      throw new ApiError(400, 'wrong_password', 'This is not the password of the account.', {
        details: [{ field: 'password', message: 'is wrong' }],
      });
    }
    await deleteAccount(sql, userId);
    cookie.clear(c);
    return c.json(
      {
        message: 'The account is deleted; its clips are gone within a minute, those in work within an hour.',
      } as const,
      202,
    );
  });

  return routes;
}
