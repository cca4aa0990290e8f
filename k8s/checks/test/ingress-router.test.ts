import { describe, expect, test } from 'vitest';
import { type Ingress, routeOf, ruleCounts } from '../ingress-router.ts';

type Row = [path: string, pathType: string, service: string];

const host = 'anb.example.com';
const paths = (rows: Row[]) => ({
  paths: rows.map(([path, pathType, name]) => ({
    path,
    pathType,
    backend: { service: { name, port: { name: 'http' } } },
  })),
});
const ingress = (rows: Row[], metadata: Partial<Ingress['metadata']> = {}): Ingress => ({
  metadata: { name: 'anb', ...metadata },
  spec: { rules: [{ host, http: paths(rows) }] },
});
const service = (ingresses: Ingress | Ingress[], path: string, to = host) =>
  routeOf([ingresses].flat(), { host: to, path })?.service;

describe('one Ingress', () => {
  test('tries Exact, then the longest Prefix, then the rest as written', () => {
    const mixed = ingress([
      ['/a/*', 'ImplementationSpecific', 'pattern'],
      ['/a', 'Prefix', 'short'],
      ['/a/long/way', 'Prefix', 'longest'],
      ['/a/long', 'Prefix', 'long'],
      ['/a/long/way', 'Exact', 'exact'],
    ]);
    const asked = ['/a/long/way', '/a/long/way/on', '/a/long/x', '/a/x', '/a', '/a/', '/ab'];
    expect(asked.map((path) => service(mixed, path))).toEqual([
      'exact',
      'longest',
      'long',
      'short',
      'short',
      'short',
      undefined,
    ]);
  });

  test('lets a Prefix swallow a pattern that is more specific', () => {
    const trap = ingress([
      ['/api/public/videos/*/vote', 'ImplementationSpecific', 'votes'],
      ['/api/public/videos', 'Prefix', 'videos'],
    ]);
    expect(service(trap, '/api/public/videos/7/vote')).toBe('videos');
  });

  test('keeps patterns in the order of the manifest', () => {
    const rows: Row[] = [
      ['/api/public/videos/*/vote', 'ImplementationSpecific', 'votes'],
      ['/api/public/videos/*', 'ImplementationSpecific', 'videos'],
    ];
    expect(service(ingress(rows), '/api/public/videos/7/vote')).toBe('votes');
    expect(service(ingress(rows.toReversed()), '/api/public/videos/7/vote')).toBe('videos');
  });

  test('sorts each host entry by itself', () => {
    const { spec } = ingress([['/x/*', 'ImplementationSpecific', 'first']]);
    const rules = [...(spec.rules ?? []), { host, http: paths([['/x/y', 'Exact', 'second']]) }];
    expect(service({ metadata: { name: 'anb' }, spec: { rules } }, '/x/y')).toBe('first');
  });

  test.each([
    ['/media/*', '/media/', true],
    ['/media/*', '/media/1/2/3.mp4', true],
    ['/media/*', '/media', false],
    ['/media/*', '/Media/1', false],
    ['/v?/x', '/v1/x', true],
    ['/v?/x', '/v/x', false],
    ['/v?/x', '/v12/x', false],
    ['/a.b', '/a.b', true],
    ['/a.b', '/axb', false],
    ['/a(b)+c', '/a(b)+c', true],
    ['/a', '/a/', false],
  ])('compares the pattern %s with %s', (pattern, path, isMatch) => {
    expect(service(ingress([[pattern, 'ImplementationSpecific', 'found']]), path) === 'found').toBe(isMatch);
  });

  test.each([
    ['/x/', '/x'],
    ['/x', '/x/y/z'],
    ['/', '/anything/at/all'],
  ])('the Prefix %s holds %s', (prefix, path) => {
    expect(service(ingress([[prefix, 'Prefix', 'found']]), path)).toBe('found');
  });

  test.each(['Exact', 'Prefix'])('refuses a wildcard in %s', (pathType) => {
    expect(() => service(ingress([['/x/*', pathType, 'any']]), '/x/y')).toThrow('wildcard');
  });

  test('asks for the host, in any case, with wildcards', () => {
    const one = ingress([['/*', 'ImplementationSpecific', 'found']]);
    expect(service(one, '/', 'ANB.example.com')).toBe('found');
    expect(service(one, '/', 'other.example.com')).toBeUndefined();
    const any = { ...one, spec: { rules: [{ ...one.spec.rules?.[0], host: '*.example.com' }] } };
    expect(service(any, '/', 'other.example.com')).toBe('found');
    expect(service(any, '/', 'example.com')).toBeUndefined();
    const none = { ...one, spec: { rules: [{ ...one.spec.rules?.[0], host: undefined }] } };
    expect(service(none, '/', '10.0.0.1')).toBe('found');
  });

  test('answers the rest by the default backend', () => {
    const one = ingress([['/a', 'Exact', 'a']]);
    one.spec.defaultBackend = { service: { name: 'portal', port: { number: 80 } } };
    expect(routeOf([one], { host, path: '/b' })).toEqual({ service: 'portal', port: 80 });
    expect(routeOf([one], { host, path: '/a' })).toEqual({ service: 'a', port: 'http' });
    expect(routeOf([ingress([])], { host, path: '/b' })).toBeNull();
  });
});

describe('a group', () => {
  const at = (name: string, order?: string, namespace?: string) =>
    ingress([['/*', 'ImplementationSpecific', name]], {
      name,
      namespace,
      annotations: order ? { 'alb.ingress.kubernetes.io/group.order': order } : {},
    });

  test.each([
    ['the lower order', [at('a', '10'), at('b', '-10')], 'b'],
    ['a number, not a text', [at('a', '10'), at('b', '9')], 'b'],
    ['no order as 0', [at('b', '1'), at('c'), at('d', '-1')], 'd'],
    ['the name, if the order is the same', [at('b'), at('a')], 'a'],
    ['the namespace before the name', [at('a', undefined, 'two'), at('b', undefined, 'one')], 'b'],
  ])('goes by %s', (_case, ingresses, first) => {
    expect(service(ingresses, '/')).toBe(first);
  });

  test('puts a pattern of a lower order before a Prefix', () => {
    const main = ingress([['/api/public/videos', 'Prefix', 'videos']]);
    const votes = ingress([['/api/public/videos/*/vote', 'ImplementationSpecific', 'votes']], {
      name: 'votes',
      annotations: { 'alb.ingress.kubernetes.io/group.order': '-10' },
    });
    expect(service([main, votes], '/api/public/videos/7/vote')).toBe('votes');
  });
});

test('ruleCounts tells what the quotas count', () => {
  const one = ingress([
    ['/x', 'Prefix', 'a'],
    ['/y/*/z?', 'ImplementationSpecific', 'b'],
    ['/z', 'Exact', 'c'],
  ]);
  expect(ruleCounts([one])).toEqual({ rules: 3, values: 3, wildcards: 2 });
  expect(ruleCounts([one, { ...one, metadata: { name: 'more' } }])).toMatchObject({ rules: 6 });
  expect(ruleCounts([])).toEqual({ rules: 0, values: 0, wildcards: 0 });
});
