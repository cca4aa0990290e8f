import { expect, test } from 'vitest';
import { readable } from '../src/log-lines.ts';

test('what a client asks for begins no line of its own and says nothing to the terminal', () => {
  const asked = {
    method: 'GET',
    path: '/api/clips/á\n12:00:00  auth  ready\u001b[31m\u009b2J',
    status: 404,
    ms: 1,
  };
  expect(readable(JSON.stringify({ level: 'info', message: 'request', ...asked }))).toBe(
    'GET /api/clips/á%0A12:00:00  auth  ready%1B[31m%C2%9B2J 404 1 ms',
  );
});
