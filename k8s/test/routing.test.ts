import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { startGateway } from '@anb/local-gateway';
import { type PublicService, publicPaths, publicServices } from '@anb/topology';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { KubernetesObject } from '../checks/helm.ts';
import { type Ingress, routeOf, ruleCounts } from '../checks/ingress-router.ts';
import { render } from './charts.ts';

const id = '6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f';

/** Path, then who must answer it. */
const requests: [string, PublicService][] = [
  [`/api/public/videos/${id}/vote`, 'votes'],
  [`/api/public/videos/${id}`, 'videos'],
  ['/api/public/videos', 'videos'],
  ['/api/public/videos/', 'videos'],
  ['/api/videos', 'videos'],
  ['/api/videos/upload', 'videos'],
  [`/api/videos/uploads/${id}/parts/1`, 'videos'],
  [`/api/videos/${id}/events`, 'videos'],
  ['/api/admin/jobs', 'videos'],
  [`/api/admin/jobs/${id}/retry`, 'videos'],
  ['/api/admin/reports', 'videos'],
  ['/api/admin/contest', 'votes'],
  ['/api/admin/results', 'votes'],
  ['/api/admin/votes/flags', 'votes'],
  ['/api/admin/dead-letters/redrive', 'videos'],
  [`/api/admin/videos/${id}/hide`, 'videos'],
  [`/api/videos/${id}`, 'videos'],
  ['/api/videos/uploads', 'videos'],
  [`/api/videos/${id}/events`, 'videos'],
  [`/api/admin/jobs/${id}/retry`, 'videos'],
  ['/api/admin/dead-letters/redrive', 'videos'],
  [`/api/admin/videos/${id}/hide`, 'videos'],
  ['/api/admin/users', 'portal'],
  ['/api/user/votes', 'votes'],
  ['/api/public/rankings', 'votes'],
  ['/api/public/rankings/stream', 'votes'],
  ['/api/public/rankings/videos/x', 'votes'],
  ['/api/public/cities', 'votes'],
  ['/api/public/stats', 'votes'],
  ['/api/public/contest', 'votes'],
  ['/api/auth/login', 'auth'],
  ['/.well-known/jwks.json', 'auth'],
  ['/health', 'auth'],
  ['/openapi.json', 'auth'],
  ['/swagger', 'auth'],
  ['/swagger/swagger-ui.css', 'auth'],
  [`/media/${id}/${id}/clip.mp4`, 'videos'],
  ['/', 'portal'],
  ['/rankings', 'portal'],
  ['/healthy', 'portal'],
  ['/api/nothing', 'portal'],
  ['/api/videosx', 'portal'],
  ['/API/videos', 'portal'],
  ['/api/public/contest/x', 'portal'],
];

const isIngress = (object: KubernetesObject): object is KubernetesObject & Ingress =>
  object.kind === 'Ingress';
const ingresses = (await render()).filter(isIngress);
const host = 'showcase.example.com';

describe('the load balancer', () => {
  test.each(requests)('sends %s to %s', (path, service) => {
    expect(routeOf(ingresses, { host, path })).toEqual({ service: `rising-stars-${service}`, port: 'http' });
  });

  test('has a request in this table for each path of the topology', () => {
    const used = new Set(requests.map(([path]) => routeIndex(path)));
    expect([...used].sort((a, b) => a - b)).toEqual(publicPaths.map((_, i) => i));
  });

  test('answers for its host only', () => {
    expect(routeOf(ingresses, { host: 'other.example.com', path: '/' })).toBeNull();
  });

  test('stays far within its quotas', () => {
    const { rules, values, wildcards } = ruleCounts(ingresses);
    expect(rules).toBeLessThanOrEqual(50);
    expect(values).toBeLessThanOrEqual(5);
    expect(wildcards).toBeLessThanOrEqual(5);
  });
});

const routeIndex = (path: string) =>
  publicPaths.findIndex((entry) =>
    new RegExp(`^${entry.path.replaceAll('.', '\\.').replaceAll('*', '.*')}$`).test(path),
  );

describe('the local gateway', () => {
  const servers: Server[] = [];
  let gateway = '';

  beforeAll(async () => {
    const services = {} as Record<PublicService, string>;
    for (const service of publicServices) {
      const server = createServer((_request, response) => response.end(service));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      servers.push(server);
      services[service] = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    }
    const server = await startGateway({
      host: '127.0.0.1',
      port: 0,
      services,
      storeUrl: 'http://127.0.0.1:1',
    });
    servers.push(server);
    gateway = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() =>
    servers.forEach((server) => {
      server.closeAllConnections();
      server.close();
    }),
  );

  test.each(requests)('agrees on %s', async (path, service) => {
    const answer = await fetch(gateway + path);
    expect(await answer.text()).toBe(service);
  });
});
