import { ApiError, invalidInput } from '@anb/service-kit/errors';
import { createRoutes, json, jsonBody, organisersOnly, refusingPlayers } from '@anb/service-kit/http';
import { line } from '@anb/service-kit/input';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { keysOf } from './cities.ts';
import { contest, presentContest } from './ranking-routes.ts';
import { type ContestRules, changeRules, type RulesChange, readRules } from './store/contest.ts';

const city = z
  .object({
    name: z.string(),
    aliases: z.array(z.string()).openapi({ description: 'Other ways to write it, as they are compared.' }),
  })
  .openapi('ContestCity');

const namedCity = z.object({
  name: line(2, 50).openapi({ example: 'Bogotá' }),
  aliases: z
    .array(line(1, 100))
    .max(20)
    .openapi({ description: 'Other ways to write it.', example: ['Bogotá D.C.'] }),
});

const rules = contest
  .extend({
    review_before_publication: z
      .boolean()
      .openapi({ description: 'A video opens for voting only when an organiser has shown it.' }),
    cities: z.array(city),
  })
  .openapi('ContestRules');

/** Beyond these it is a slip of the pen. */
const [FIRST, LAST] = [new Date('2000-01-01'), new Date('2100-01-01')];
export const time = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text))
  .refine((at) => at >= FIRST && at < LAST, 'must be a time of this century')
  .openapi({ type: 'string', format: 'date-time' });

const change = z
  .object({
    name: line(2, 100).openapi({ example: 'ANB Rising Stars Showcase' }),
    edition: line(1, 50).openapi({ example: '2026' }),
    opens_at: time.openapi({ example: '2026-01-01T00:00:00Z' }),
    closes_at: time
      .nullable()
      .openapi({ type: ['string', 'null'], description: 'null: not fixed yet.', example: null }),
    finalists_per_city: z.int().min(1).max(100).openapi({ example: 2 }),
    vote_goal: z.int().min(1).max(10_000_000).openapi({ example: 3000 }),
    review_before_publication: z.boolean().openapi({ example: false }),
    cities: z.array(namedCity).min(1).max(1500).openapi({ description: 'All of them.' }),
  })
  .partial()
  .openapi('ContestChange');

const findRoute = createRoute({
  method: 'get',
  path: '/api/admin/contest',
  operationId: 'getContestRules',
  tags: ['votes'],
  summary: 'The contest with all that organisers keep of it',
  responses: { 200: json(rules, 'The contest.'), ...refusingPlayers() },
});

const changeRoute = createRoute({
  method: 'put',
  path: '/api/admin/contest',
  operationId: 'changeContest',
  tags: ['votes'],
  summary: 'Set the window, the cities, the finalists, the goal, and whether videos are reviewed',
  description:
    'What is left out stays. Switching the review off opens nothing by itself: what waits goes on waiting to be shown. The vote of an edition whose result is frozen can not be opened again, also not by way of another one.',
  request: { body: jsonBody(change) },
  responses: { 200: json(rules, 'The contest as it is now.'), ...refusingPlayers(400, 413, 415) },
});

export function contestRoutes({ sql, verify, standings }: Dependencies) {
  const routes = createRoutes();
  const forOrganisers = organisersOnly(verify);

  routes.openapi({ ...findRoute, ...forOrganisers }, async (c) =>
    c.json(present(await readRules(sql), standings.clock.now()), 200),
  );

  routes.openapi({ ...changeRoute, ...forOrganisers }, async (c) => {
    const { cities, ...others } = c.req.valid('json');
    const asked: RulesChange = { ...others, ...(cities && { cities: keysOrRefuse(cities) }) };
    const outcome = await changeRules(sql, asked, c.get('session').userId);
    if (typeof outcome === 'string') throw refusal(outcome);
    return c.json(present(outcome, standings.clock.now()), 200);
  });

  return routes;
}

/** Why a change is refused: the code, what to do, the field at fault and what is wrong with it. */
const refusals = {
  closes_before_opens: [
    'closes_before_opens',
    'Voting would close before it opens. Mend one of the two times.',
    'closes_at',
    'must be later than opens_at',
  ],
  results_frozen: [
    'results_frozen',
    'The result of this edition is frozen: its vote can not open again. Name another edition.',
    'closes_at',
    'must be past',
  ],
  voted_since_frozen: [
    'results_frozen',
    'The result of that edition is frozen, and votes were cast since, which it would get. Name another edition.',
    'edition',
    'must not be one from before the last votes',
  ],
} as const;

function refusal(reason: keyof typeof refusals): ApiError {
  const [code, message, field, complaint] = refusals[reason];
  return new ApiError(400, code, message, { details: [{ field, message: complaint }] });
}

function keysOrRefuse(cities: z.infer<typeof namedCity>[]) {
  const keys = keysOf(cities);
  if (Array.isArray(keys)) return keys;
  const [one, other] = keys.clash;
  throw invalidInput([
    { field: 'cities', message: `must not have one way to write two cities: ${one} and ${other}` },
  ]);
}

const present = (
  { review_before_publication, cities, ...publicPart }: ContestRules,
  now: number,
): z.infer<typeof rules> => ({
  ...presentContest(publicPart, now),
  review_before_publication,
  cities,
});
