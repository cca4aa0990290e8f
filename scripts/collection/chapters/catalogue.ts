import type { Chapter } from '../step.ts';
import { CITY, fieldRefused, MEDIA, UNKNOWN_VIDEO, VIDEO } from '../subjects.ts';

export const catalogue: Chapter = {
  name: 'Catalogue',
  steps: [
    {
      name: 'Found by its title',
      operation: 'listOpenVideos',
      query: { q: '{{run}}', page: '1', limit: '10' },
      status: 200,
      checks: {
        'it is the only one': ['answer.map(({ video_id }) => video_id)', '[value("video")]'],
        'so says the total': ['pm.response.headers.get("X-Total-Count")', '"1"'],
        'nothing leads to the original': ['/original/.test(JSON.stringify(answer))', 'false'],
      },
    },
    {
      name: 'Nothing is an empty list',
      operation: 'listOpenVideos',
      query: { q: '{{run}}', city: 'Bogotá' },
      status: 200,
      checks: { 'it is empty': ['answer', '[]'] },
    },
    {
      name: 'A limit too small',
      operation: 'listOpenVideos',
      query: { limit: '0' },
      status: 400,
      code: 'invalid_input',
      checks: { 'the parameter is named': fieldRefused('limit') },
    },
    {
      name: 'One public video',
      operation: 'getOpenVideo',
      params: VIDEO,
      status: 200,
      checks: {
        'it has the city of its publication': ['answer.user_city', `"${CITY}"`],
        'nothing leads to the original': ['/original/.test(JSON.stringify(answer))', 'false'],
      },
    },
    {
      name: 'A fan tells what is wrong with it',
      operation: 'reportVideo',
      as: 'fan',
      params: VIDEO,
      status: 202,
      checks: { 'it is the one': ['answer.video_id', 'value("video")'] },
    },
    {
      name: 'No report without a reason',
      operation: 'reportVideo',
      as: 'fan',
      params: VIDEO,
      status: 400,
      code: 'invalid_input',
      body: { reason: 'feo' },
      checks: { 'the field is named': fieldRefused('reason') },
    },
    {
      name: 'Its clip',
      operation: 'getMedia',
      params: MEDIA,
      status: 302,
    },
    {
      name: 'Its poster',
      operation: 'getMedia',
      params: { ...MEDIA, file: 'poster.jpg' },
      status: 302,
    },
    {
      name: 'Its thumbnail',
      operation: 'getMedia',
      params: { ...MEDIA, file: 'thumbnail.jpg' },
      status: 302,
    },
    {
      name: 'No media of another version',
      operation: 'getMedia',
      params: { ...MEDIA, version: UNKNOWN_VIDEO.video_id },
      status: 404,
      code: 'media_not_found',
    },
  ],
};
