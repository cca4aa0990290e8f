import { ApiError } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, organisersOnly, refusingPlayers } from '@anb/service-kit/http';
import { line, paging, videoId, wholeNumber } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { time } from './contest-routes.ts';
import { type Flag, flagKinds, flagStates, listFlags } from './store/flags.ts';
import {
  dismissFlag,
  previewVoiding,
  restoreVotes,
  type Target,
  type Voided,
  voidVotes,
} from './store/voidings.ts';

const MAX_ID = 999_999_999;
const id = z.int().min(1).max(MAX_ID);
const network = z
  .string()
  .regex(/^-?\d{1,19}$/, 'must be a number in a text')
  .openapi({ description: 'Stands for an address, as a flag names it.', example: '-4416862' });
const reason = line(5, 500).openapi({
  description: 'Why; it stays in the trace.',
  example: 'Treinta cuentas de un mismo computador.',
});
const when = z.iso.datetime();

const flag = z
  .object({
    flag_id: z.int(),
    video_id: z.uuid(),
    title: z.string().optional().openapi({ description: 'Missing when the video is gone.' }),
    user_first_name: z.string().optional().openapi({ description: 'Missing when the account is gone.' }),
    user_last_name: z.string().optional(),
    kind: z.enum(flagKinds).openapi({
      description:
        'network: many votes from one address; newborn: of accounts made shortly before; unverified: of accounts without a verified e-mail; deleted accounts count as either.',
    }),
    network: network.optional(),
    first_at: when,
    last_at: when,
    votes: z.int().openapi({ description: 'So many, at the height of it.' }),
    newborn: z.int().openapi({ description: 'Of these, by accounts made shortly before.' }),
    unverified: z.int().openapi({ description: 'Of these, by accounts without a verified e-mail.' }),
    gone: z.int().openapi({ description: 'Of these, by accounts deleted since.' }),
    of_votes: z.int().openapi({ description: 'All that the video got meanwhile.' }),
    video_votes: z.int().openapi({ description: 'All that it has now.' }),
    state: z.enum(flagStates),
    settled_at: when.optional(),
    voiding_id: z.int().optional().openapi({ description: 'By which it was settled; missing: dismissed.' }),
  })
  .openapi('VoteFlag');

const listRoute = createRoute({
  method: 'get',
  path: '/api/admin/votes/flags',
  operationId: 'listFlags',
  tags: ['votes'],
  summary: 'Votes that came together in a way to look at, most votes first',
  description:
    'A hint, not a verdict: behind one address may be a school, an office, or a mobile carrier. Nothing follows from a flag by itself.',
  request: {
    query: z.object({
      state: z
        .enum(flagStates)
        .default('open')
        .openapi({ param: { description: 'settled: the latest first.' } }),
      ...paging,
    }),
  },
  responses: {
    200: {
      ...json(z.array(flag), 'One page.'),
      headers: z.object({ 'X-Total-Count': z.int().openapi({ description: 'Flags on all pages.' }) }),
    },
    ...refusingPlayers(400),
  },
});

const dismissRoute = createRoute({
  method: 'post',
  path: '/api/admin/votes/flags/{flag_id}/dismiss',
  operationId: 'dismissFlag',
  tags: ['votes'],
  summary: 'Settle a flag; its votes count',
  request: {
    params: z.object({
      flag_id: wholeNumber(1, MAX_ID).openapi({ type: 'integer', minimum: 1, maximum: MAX_ID, example: 1 }),
    }),
    body: jsonBody(z.object({ reason }).openapi('Reason')),
  },
  responses: {
    200: json(z.object({ flag_id: z.int(), state: z.literal('settled') }), 'It is settled.'),
    ...refusingPlayers(400, 404, 413, 415),
  },
});

const voided = z
  .object({
    voiding_id: z.int().nullable().openapi({ description: 'To restore them by; null after a preview.' }),
    video_id: z.uuid(),
    votes: z.int().openapi({ description: 'How many.' }),
    is_complete: z
      .boolean()
      .openapi({ description: 'False: there are more than the 20,000 that one voiding takes, ask again.' }),
  })
  .openapi('Voided');

const voiding = z
  .object({
    flag_id: id
      .optional()
      .openapi({ description: 'The votes that a flag is about, and nothing else beside it.' }),
    video_id: videoId.optional().openapi({ description: 'Votes for this video, of which all below holds.' }),
    network: network.optional(),
    from: time.optional().openapi({ example: '2026-06-01T20:00:00Z' }),
    to: time.optional().openapi({ description: 'Not itself.', example: '2026-06-01T20:15:00Z' }),
    voter_ids: z.array(id).min(1).max(5000).optional(),
    reason,
    preview: z.boolean().default(false).openapi({ description: 'Only say how many.', example: true }),
  })
  .refine(({ flag_id, video_id }) => (flag_id === undefined) !== (video_id === undefined), {
    path: ['flag_id'],
    message: 'or video_id must be given, one of the two',
  })
  .refine((asked) => asked.flag_id === undefined || countCriteria(asked) === 0, {
    path: ['flag_id'],
    message: 'must stand alone',
  })
  .refine((asked) => asked.video_id === undefined || countCriteria(asked) > 0, {
    path: ['video_id'],
    message: 'needs network, from, to or voter_ids beside it; to take out a whole video, hide it',
  })
  .openapi('Voiding');

type Asked = Partial<Record<'network' | 'from' | 'to' | 'voter_ids', unknown>>;
const countCriteria = ({ network, from, to, voter_ids }: Asked) =>
  [network, from, to, voter_ids].filter((given) => given !== undefined).length;

const voidRoute = createRoute({
  method: 'post',
  path: '/api/admin/votes/void',
  operationId: 'voidVotes',
  tags: ['votes'],
  summary: 'Take votes out of the count',
  description:
    'By a flag, which is then settled, or by criteria. Their voters can not vote for the video again. `restore` undoes it.',
  request: { body: jsonBody(voiding) },
  responses: { 200: json(voided, 'They do not count.'), ...refusingPlayers(400, 404, 413, 415) },
});

const restoreRoute = createRoute({
  method: 'post',
  path: '/api/admin/votes/restore',
  operationId: 'restoreVotes',
  tags: ['votes'],
  summary: 'Put back what a voiding took out',
  request: {
    body: jsonBody(z.object({ voiding_id: id.openapi({ example: 1 }), reason }).openapi('Restoration')),
  },
  responses: { 200: json(voided, 'They count again.'), ...refusingPlayers(400, 404, 413, 415) },
});

export function flagRoutes({ sql, verify, newbornMinutes }: Dependencies) {
  const routes = createRoutes();
  const forOrganisers = organisersOnly(verify);

  routes.openapi({ ...listRoute, ...forOrganisers }, async (c) => {
    const { flags, total } = await listFlags(sql, c.req.valid('query'));
    c.header('X-Total-Count', String(total));
    return c.json(flags.map(present), 200);
  });

  routes.openapi({ ...dismissRoute, ...forOrganisers }, async (c) => {
    const { flag_id } = c.req.valid('param');
    const judgement = { flagId: flag_id, ...c.req.valid('json'), organiserId: c.get('session').userId };
    const outcome = await dismissFlag(sql, judgement);
    if (outcome !== 'dismissed') throw refusal(outcome);
    return c.json({ flag_id, state: 'settled' as const }, 200);
  });

  routes.openapi({ ...voidRoute, ...forOrganisers }, async (c) => {
    const { reason, preview, ...asked } = c.req.valid('json');
    const target = targetOf(asked, newbornMinutes);
    const outcome = preview
      ? await previewVoiding(sql, target)
      : await voidVotes(sql, { target, reason, organiserId: c.get('session').userId });
    if (typeof outcome === 'string') throw refusal(outcome);
    return c.json(presentVoided(outcome), 200);
  });

  routes.openapi({ ...restoreRoute, ...forOrganisers }, async (c) => {
    const { voiding_id, reason } = c.req.valid('json');
    const organiserId = c.get('session').userId;
    const outcome = await restoreVotes(sql, { voidingId: voiding_id, reason, organiserId });
    if (typeof outcome === 'string') throw refusal(outcome);
    return c.json(presentVoided(outcome), 200);
  });

  return routes;
}

function targetOf(
  {
    flag_id,
    video_id = '',
    network,
    from,
    to,
    voter_ids,
  }: Omit<z.output<typeof voiding>, 'reason' | 'preview'>,
  newbornMinutes: number,
): Target {
  if (flag_id !== undefined) return { flagId: flag_id, newbornMinutes };
  return { videoId: video_id, network, from, to, voterIds: voter_ids };
}

const refusals = {
  flag_not_found: [404, 'There is no such flag.'],
  voiding_not_found: [404, 'There is no such voiding.'],
  flag_settled: [400, 'The flag has been settled. Its votes can still be voided by video_id and criteria.'],
  nothing_to_void: [400, 'No vote that counts is like that. Dismiss a flag whose votes are void already.'],
  already_restored: [400, 'These votes have been restored.'],
} as const;

function refusal(code: keyof typeof refusals): ApiError {
  const [status, message] = refusals[code];
  return new ApiError(status, code, message);
}

const presentVoided = ({ voidingId, videoId, votes, isComplete }: Voided): z.infer<typeof voided> => ({
  voiding_id: voidingId,
  video_id: videoId,
  votes,
  is_complete: isComplete,
});

const present = (found: Flag): z.infer<typeof flag> => ({
  flag_id: found.id,
  video_id: found.video_id,
  ...(found.title !== null && { title: found.title }),
  ...(found.first_name !== null && { user_first_name: found.first_name }),
  ...(found.last_name !== null && { user_last_name: found.last_name }),
  kind: found.kind,
  ...(found.network !== null && { network: found.network }),
  first_at: found.first_at.toISOString(),
  last_at: found.last_at.toISOString(),
  votes: found.votes,
  newborn: found.newborn,
  unverified: found.unverified,
  gone: found.gone,
  of_votes: found.of_votes,
  video_votes: found.video_votes,
  state: found.settled_at ? 'settled' : 'open',
  ...(found.settled_at && { settled_at: found.settled_at.toISOString() }),
  ...(found.voiding_id !== null && { voiding_id: found.voiding_id }),
});
