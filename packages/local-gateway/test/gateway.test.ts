import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type EmbeddedCloud, startCloud } from '@anb/embedded/cloud';
import { ObjectStore } from '@anb/service-kit/objects';
import { HEADERS_TIMEOUT_MS, STALLED_MS } from '@anb/service-kit/slow-clients';
import { createTestBucket } from '@anb/testing/cloud';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { startGateway } from '../src/gateway.ts';

const open: Server[] = [];
afterEach(async () => {
  for (const server of open.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

const urlOf = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
async function listen(server: Server): Promise<Server> {
  open.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return server;
}
async function gatewayTo(upstream: string) {
  const services = { auth: upstream, videos: upstream, votes: upstream, portal: upstream };
  const server = await startGateway({ host: '127.0.0.1', port: 0, services, storeUrl: upstream });
  open.push(server);
  return urlOf(server);
}

test('a service that is away is a 503, one that breaks off in its answer is not passed off as whole', async () => {
  const away = await gatewayTo('http://127.0.0.1:1');
  const answer = await fetch(`${away}/api/videos`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);

  const broken = await listen(
    createServer((_request, response) => {
      response.writeHead(200, { 'content-length': 100 }).write('half of it', () => response.destroy());
    }),
  );
  const half = await fetch(`${await gatewayTo(urlOf(broken))}/api/videos`);
  await expect(half.text()).rejects.toThrow();
});

test('tells whose request it is, after what a client says of itself', async () => {
  const echo = await listen(
    createServer((request, response) => void response.end(request.headers['x-forwarded-for'])),
  );
  const gateway = await gatewayTo(urlOf(echo));
  const told = async (headers: Record<string, string>) =>
    (await fetch(`${gateway}/api/videos`, { headers })).text();
  expect(await told({})).toBe('127.0.0.1');
  expect(await told({ 'x-forwarded-for': '198.51.100.1' })).toBe('198.51.100.1, 127.0.0.1');
});

test('nobody holds a connection by being slow', async () => {
  await gatewayTo('http://127.0.0.1:1');
  const { headersTimeout, timeout } = open[0] ?? {};
  expect([headersTimeout, timeout]).toEqual([HEADERS_TIMEOUT_MS, STALLED_MS]);
});

describe('the store', () => {
  // Another S3 would check the signature, of an address without the gateway's path.
  const folder = mkdtempSync(join(tmpdir(), 'anb-gateway-'));
  let cloud: EmbeddedCloud;
  beforeAll(async () => {
    cloud = await startCloud({ folder, port: 0, queue: { name: 'jobs', visibilitySeconds: 30 } });
  });
  afterAll(async () => {
    await cloud.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  async function storeBehindGateway() {
    const bucket = await createTestBucket(cloud.endpoint);
    const gateway = await gatewayTo(bucket.endpoint);
    const objects = new ObjectStore({ ...bucket, publicEndpoint: `${gateway}/_store` });
    await objects.put('originals/a', Readable.from([Buffer.from('hola')]), { contentType: 'video/mp4' });
    return { bucket, gateway, signed: await objects.signedUrl('originals/a') };
  }

  /** With a signature and nothing else. */
  const barely = (signed: string) => `${signed.split('?')[0]}?X-Amz-Signature=1`;

  test('hands out an object at its signed address', async () => {
    const { signed } = await storeBehindGateway();
    const answer = await fetch(signed);
    expect(await answer.text()).toBe('hola');
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-security-policy': expect.stringContaining("default-src 'none'"),
      'cross-origin-resource-policy': 'cross-origin',
      'x-content-type-options': 'nosniff',
    });
    expect((await fetch(signed, { method: 'HEAD' })).status).toBe(200);
    expect((await fetch(signed, { headers: { 'x-amz-target': 'AmazonSQS.ListQueues' } })).status).toBe(200);
  });

  test.each([
    ['without a signature', (signed: string) => [signed.split('?')[0] ?? '']],
    [
      'whose signature is a part of another parameter',
      (signed: string) => [`${signed.split('?')[0]}?a=X-Amz-Signature=1`],
    ],
    ['of the whole bucket', (signed: string) => [signed.replace('/originals/a?', '?list-type=2&')]],
    [
      'of the whole bucket with a slash',
      (signed: string) => [signed.replace('/originals/a?', '/?list-type=2&')],
    ],
    [
      'of the store’s own pages',
      (signed: string) => [signed.replace(/_store.*\?/, '_store/_fauxqs/queues?')],
    ],
    ['to delete', (signed: string) => [signed, { method: 'DELETE' }]],
    ['to write', (signed: string) => [barely(signed), { method: 'PUT', body: 'adiós' }]],
    [
      'to write, with an empty upload',
      (signed: string) => [`${barely(signed)}&uploadId=&partNumber=1`, { method: 'PUT', body: 'adiós' }],
    ],
    [
      'to rename',
      (signed: string) => [
        `${barely(signed)}&uploadId=a&partNumber=1&renameObject`,
        { method: 'PUT', body: '' },
      ],
    ],
  ] as [string, (signed: string) => [string, RequestInit?]][])('refuses an address %s', async (_what, of) => {
    const { signed, bucket } = await storeBehindGateway();
    const answer = await fetch(...of(signed));
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'not_signed' }]);
    expect(await bucket.keys()).toEqual(['originals/a']);
    expect(await (await fetch(signed)).text()).toBe('hola');
  });

  test('takes the parts of an upload at their signed addresses, and no copies of objects', async () => {
    const { bucket, gateway } = await storeBehindGateway();
    const objects = new ObjectStore({ ...bucket, publicEndpoint: `${gateway}/_store` });
    const uploadId = await objects.beginMultipart('originals/b', { contentType: 'video/mp4' });
    const [part] = await objects.signParts('originals/b', uploadId, [{ number: 1, bytes: 4 }]);
    const answer = await fetch(part?.url ?? '', {
      method: 'PUT',
      body: 'copy',
      headers: { 'x-amz-copy-source': `${bucket.bucket}/originals/a` },
    });
    expect(answer.status).toBe(200);
    await objects.completeMultipart('originals/b', uploadId, [
      { number: 1, etag: answer.headers.get('etag') ?? '' },
    ]);
    expect(Buffer.from((await objects.readStart('originals/b', 100)) ?? []).toString()).toBe('copy');
  });

  test.each([
    'application/x-www-form-urlencoded',
    'application/x-amz-json-1.0',
    'application/json',
    'text/plain',
    'video/mp4',
  ])('takes a part sent as %s for the bytes that it is', async (type) => {
    const { bucket, gateway } = await storeBehindGateway();
    const objects = new ObjectStore({ ...bucket, publicEndpoint: `${gateway}/_store` });
    const uploadId = await objects.beginMultipart('originals/b', { contentType: 'video/mp4' });
    const bytes = Buffer.from([0, 0xff, ...Buffer.from('a=1&b=%41')]);
    const [part] = await objects.signParts('originals/b', uploadId, [{ number: 1, bytes: bytes.length }]);
    const answer = await fetch(part?.url ?? '', {
      method: 'PUT',
      body: bytes,
      headers: { 'content-type': type },
    });
    expect(answer.status).toBe(200);
    const parts = [{ number: 1, etag: answer.headers.get('etag') ?? '' }];
    await objects.completeMultipart('originals/b', uploadId, parts);
    expect(Buffer.from((await objects.readStart('originals/b', 100)) ?? [])).toEqual(bytes);
  });

  test('is no way to the queues', async () => {
    const { gateway } = await storeBehindGateway();
    const answer = await fetch(`${gateway}/_store/?X-Amz-Signature=1`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-amz-json-1.0', 'x-amz-target': 'AmazonSQS.ListQueues' },
      body: '{}',
    });
    expect([answer.status, await answer.json()]).toMatchObject([403, { code: 'not_signed' }]);
  });
});
