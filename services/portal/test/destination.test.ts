import { expect, test } from 'vitest';
import { destination } from '../src/client/destination.ts';

const site = { origin: 'https://anb.example' };

test.each([
  ['/videos/7?ciudad=Cali#voto', 'https://anb.example/videos/7?ciudad=Cali#voto'],
  ['/', 'https://anb.example/'],
  ['/a/../subir', 'https://anb.example/subir'],
])('%s is a place of this site', (wished, href) => {
  expect(destination(wished, site)).toBe(href);
});

test.each([
  null,
  '',
  'subir',
  'https://evil.example/',
  'https:/evil.example',
  '//evil.example',
  '///evil.example',
  '/\\evil.example',
  '/\\/evil.example',
  '\\\\evil.example',
  '/\t/evil.example',
  '/\n\\evil.example',
  ' //evil.example',
  '//anb.example@evil.example',
  '//anb.example:8443/',
  'javascript:alert(1)',
  '/\u0000/../\t/evil.example:0:0',
])('%j leads to the panel', (wished) => {
  expect(new URL(destination(wished, site)).origin).toBe(site.origin);
  expect(destination(wished, site)).toMatch(/^https:\/\/anb\.example\//);
});

// A browser would take a path of two slashes for a host.
test.each(['/.//evil.example', '/a/..//evil.example', '/%2e//evil.example'])(
  '%j is an address that names this host',
  (wished) => {
    expect(new URL(destination(wished, site), 'https://elsewhere.example').host).toBe('anb.example');
  },
);
