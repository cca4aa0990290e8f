import { challenged } from '@anb/service-kit/challenge';
import { addressKey } from '@anb/service-kit/client-address';
import { ApiError, unauthorized } from '@anb/service-kit/errors';
import { createRoutes, json, refusing, signedIn } from '@anb/service-kit/http';
import { videoId } from '@anb/service-kit/input';
import { outcomeCounter } from '@anb/service-kit/metrics';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';
import { votedBy, voteResults } from './store/ballots.ts';

const voteRoute = createRoute({
  method: 'post',
  path: '/api/public/videos/{video_id}/vote',
  operationId: 'vote',
  tags: ['votes'],
  summary: 'Vote for a video, once',
  request: { params: z.object({ video_id: videoId }), headers: challenged.headers },
  responses: {
    200: json(
      z.object({ message: z.literal('Voto registrado exitosamente.'), votes: z.int() }),
      'The vote counts; `votes` is what the video has now.',
    ),
    ...refusing(400, 401, 404, 429),
    ...challenged.responses,
  },
});

const votesRoute = createRoute({
  method: 'get',
  path: '/api/user/votes',
  operationId: 'listOwnVotes',
  tags: ['votes'],
  summary: 'The videos I have voted for',
  responses: { 200: json(z.array(z.uuid()), 'Ids of videos.'), ...refusing(401) },
});

export function voteRoutes({ sql, verify, registry, castVote, limits, challenge }: Dependencies) {
  const routes = createRoutes();
  const forSignedIn = signedIn(verify);
  const count = outcomeCounter(registry, {
    name: 'anb_votes_total',
    help: 'Votes asked for, by result.',
    label: 'result',
    values: voteResults,
  });

  routes.openapi({ ...voteRoute, ...forSignedIn }, async (c) => {
    const { userId } = c.get('session');
    const address = c.get('clientAddress');
    limits?.take(userId, address);
    await challenge?.(c);
    const { video_id: videoId } = c.req.valid('param');
    const outcome = await castVote({ videoId, voterId: userId, address: addressKey(address) });
    count(outcome.result);
    switch (outcome.result) {
      case 'recorded':
        limits?.noteRecorded(address);
        return c.json({ message: 'Voto registrado exitosamente.' as const, votes: outcome.votes }, 200);
      case 'already_voted':
        throw new ApiError(400, 'already_voted', 'Ya has votado por este video.');
      case 'own_video':
        throw new ApiError(400, 'own_video', 'You can not vote for a video of your own.');
      case 'voting_closed':
        throw new ApiError(400, 'voting_closed', 'Voting is closed now.');
      case 'email_unverified':
        throw new ApiError(
          400,
          'email_unverified',
          'Verify your e-mail first, with the code that was sent to it.',
        );
      case 'account_deleted':
        throw unauthorized();
      case 'not_open':
        throw new ApiError(404, 'video_not_found', 'Video no encontrado.');
    }
  });

  routes.openapi({ ...votesRoute, ...forSignedIn }, async (c) => {
    return c.json(await votedBy(sql, c.get('session').userId), 200);
  });

  return routes;
}
