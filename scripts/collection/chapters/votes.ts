import type { Chapter } from '../step.ts';
import { CITY, fieldRefused, IN_CITY, MALFORMED_VIDEO, rankedHere, VIDEO } from '../subjects.ts';

export const votes: Chapter = {
  name: 'Votes',
  steps: [
    {
      name: 'No vote without a token',
      operation: 'vote',
      params: VIDEO,
      status: 401,
      code: 'unauthorized',
    },
    {
      name: 'No vote for one’s own',
      operation: 'vote',
      as: 'player',
      params: VIDEO,
      status: 400,
      code: 'own_video',
    },
    {
      name: 'No vote by a malformed id',
      operation: 'vote',
      as: 'fan',
      params: MALFORMED_VIDEO,
      status: 400,
      code: 'invalid_input',
    },
    {
      name: 'The fan votes',
      operation: 'vote',
      as: 'fan',
      params: VIDEO,
      status: 200,
      checks: { 'it is the first vote': ['answer.votes', '1'] },
    },
    {
      name: 'The vote is in the ranking',
      operation: 'listRankings',
      query: IN_CITY,
      status: 200,
      until: { holds: `${rankedHere}?.votes === 1`, everyMs: 150, times: 10 },
      checks: {
        'with the vote': [`${rankedHere}?.votes`, '1'],
        'by its player': [`${rankedHere}?.username`, '"Valentina Ríos"'],
        'positions count from one': [
          'answer.map(({ position }) => position)',
          'answer.map((_, place) => place + 1)',
        ],
        'outside the contest’s cities nobody qualifies': [
          'answer.some(({ qualifies }) => qualifies)',
          'false',
        ],
      },
      capture: { etag: 'pm.response.headers.get("ETag")' },
    },
    {
      name: 'The ranking has not changed',
      operation: 'listRankings',
      query: IN_CITY,
      headers: { 'If-None-Match': '{{etag}}' },
      status: 304,
    },
    {
      name: 'No page before the first',
      operation: 'listRankings',
      query: { page: '0' },
      status: 400,
      code: 'invalid_input',
      checks: { 'the parameter is named': fieldRefused('page') },
    },
    {
      name: 'No live ranking of a city without a name',
      operation: 'watchRankings',
      query: { city: '' },
      status: 400,
      code: 'invalid_input',
      checks: { 'the parameter is named': fieldRefused('city') },
    },
    {
      name: 'One vote each',
      operation: 'vote',
      as: 'fan',
      params: VIDEO,
      status: 400,
      code: 'already_voted',
      checks: { 'the sentence is the contract’s': ['answer.error', '"Ya has votado por este video."'] },
    },
    {
      name: 'The fan’s votes',
      operation: 'listOwnVotes',
      as: 'fan',
      status: 200,
      checks: { 'there is one': ['answer', '[value("video")]'] },
    },
    { name: 'No votes without a token', operation: 'listOwnVotes', status: 401, code: 'unauthorized' },
    {
      name: 'The cities',
      operation: 'listCities',
      status: 200,
      checks: {
        'the video’s is among them': [
          `answer.some(({ city, votes }) => city === "${CITY}" && votes > 0)`,
          'true',
        ],
        'so are the contest’s': ['answer.some(({ city, contest }) => city === "Bogotá" && contest)', 'true'],
      },
    },
    {
      name: 'The totals',
      operation: 'getStats',
      status: 200,
      checks: { 'they count the vote': ['answer.videos > 0 && answer.votes > 0', 'true'] },
    },
  ],
};
