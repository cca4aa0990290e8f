import { Hono } from 'hono';
import { describe, expect, test } from 'vitest';
import { addressKey, clientAddress } from '../src/client-address.ts';

async function addressOf(hops: number, forwarded?: string): Promise<string> {
  const app = new Hono().get('/', (c) => c.text(clientAddress(c, hops)));
  const headers = forwarded === undefined ? {} : { 'x-forwarded-for': forwarded };
  const socket = { incoming: { socket: { remoteAddress: '10.0.0.1' } } };
  return (await app.request('/', { headers }, socket)).text();
}

describe("a client's address", () => {
  test.each([
    ['without proxies the socket’s, whatever the client claims', 0, '203.0.113.7', '10.0.0.1'],
    ['behind one proxy what that one appended', 1, '198.51.100.1, 203.0.113.7', '203.0.113.7'],
    ['behind two what the outer one appended', 2, '198.51.100.1, 203.0.113.7, 10.9.9.9', '203.0.113.7'],
    ['the socket’s where a proxy is missing', 2, '203.0.113.7', '10.0.0.1'],
    ['the socket’s where nothing was appended', 1, undefined, '10.0.0.1'],
    ['the socket’s instead of a text that is no address', 1, 'unknown', '10.0.0.1'],
    ['without the port that a load balancer may add', 1, '203.0.113.7:4711', '203.0.113.7'],
    ['without the port of an IPv6 address', 1, '[2001:db8::7]:4711', '2001:db8::7'],
  ])('is %s', async (_what, hops, forwarded, expected) => {
    expect(await addressOf(hops, forwarded)).toBe(expected);
  });
});

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:db8:1:2::9', '2001:db8:1:2::/64'],
  ['2001:DB8::9', '2001:db8::/64'],
  ['::1', '::/64'],
  ['', 'unknown'],
])('limits count %j as %s', (address, key) => {
  expect(addressKey(address)).toBe(key);
});
