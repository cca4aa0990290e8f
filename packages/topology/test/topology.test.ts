import { expect, test } from 'vitest';
import { serviceFor } from '../src/topology.ts';

test.each([
  ['/api/public/videos/6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f/vote', 'votes'],
  ['/api/public/videos/6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f', 'videos'],
  ['/api/public/videos', 'videos'],
  ['/api/videos', 'videos'],
  ['/api/videos/upload', 'videos'],
  ['/api/user/votes', 'votes'],
  ['/api/public/rankings', 'votes'],
  ['/api/public/rankings/stream', 'votes'],
  ['/api/public/rankings/videos/x', 'votes'],
  ['/api/public/contest', 'votes'],
  ['/api/admin/contest', 'votes'],
  ['/api/admin/results', 'votes'],
  ['/api/admin/votes/flags', 'votes'],
  ['/api/admin/jobs', 'videos'],
  ['/api/admin/jobsx', 'portal'],
  ['/api/admin/reports', 'videos'],
  ['/api/auth/login', 'auth'],
  ['/.well-known/jwks.json', 'auth'],
  ['/health', 'auth'],
  ['/swagger/swagger-ui.css', 'auth'],
  ['/media/a/b/clip.mp4', 'videos'],
  ['/', 'portal'],
  ['/api/nothing', 'portal'],
  ['/healthy', 'portal'],
  ['/api/videosx', 'portal'],
])('%s is answered by %s', (path, service) => {
  expect(serviceFor(path)).toBe(service);
});
