import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Api } from '../src/api.ts';
import { uploadClip } from '../src/upload.ts';

describe('against an API', () => {
  let close: (() => void) | undefined;
  afterEach(() => close?.());

  async function apiThat(answers: (request: IncomingMessage) => Promise<[status: number, body: object]>) {
    const server = createServer(async (request, response) => {
      const [status, body] = await answers(request);
      response.writeHead(status).end(JSON.stringify(body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    close = () => server.close();
    return new Api(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  }

  const form = { path: '', filename: 'a.mov', title: 'Tapón', isPublic: true };
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anb-client-'));
    form.path = join(folder, 'clip.mov');
    await writeFile(form.path, 'x'.repeat(300_000));
  });
  afterAll(() => rm(folder, { recursive: true }));

  test('an upload is a form of known length whose bytes are counted to the last', async () => {
    let received = '';
    let length = 0;
    const api = await apiThat(async (request) => {
      received = await text(request);
      length = Number(request.headers['content-length']);
      return [201, { task_id: 'the id' }];
    });
    const progress: number[] = [];
    const id = await uploadClip(api, 'token', form, (sent, total) => progress.push(sent / total));
    expect(id).toBe('the id');
    expect(Buffer.byteLength(received)).toBe(length);
    expect(received).toContain('name="title"\r\n\r\nTapón\r\n');
    expect(received).toContain('filename="a.mov"\r\ncontent-type: video/quicktime\r\n\r\nxxx');
    expect(progress).toEqual(progress.toSorted((a, b) => a - b));
    expect(progress.at(-1)).toBe(1);
  });

  test('a refused upload says what the API said', async () => {
    const refusal = { error: 'The clip is too large.', code: 'too_large', request_id: 'r-1' };
    const api = await apiThat(async () => [413, refusal]);
    await expect(uploadClip(api, 'token', form, () => {})).rejects.toThrow(
      /should answer 201 but answered 413: The clip is too large.\n.*code too_large, request_id r-1/,
    );
  });

  test.each([
    ['says nothing', () => {}],
    ['stops in the middle of its answer', (response: ServerResponse) => response.write('{')],
  ])('an upload to a server that %s is given up', async (_case, answer) => {
    const server = createServer((_request, response) => void answer(response)).listen(0, '127.0.0.1');
    await once(server, 'listening');
    close = () => server.close();
    const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const api = new Api(url, () => url, 200);
    await expect(uploadClip(api, 'token', form)).rejects.toThrow(`${url} does not answer (nothing in time).`);
  });

  test('a call whose answer lacks what it should hold says both, and the request', async () => {
    const api = await apiThat(async () => [200, { votes: 2, request_id: 'r-2' }]);
    expect(await api.call('GET', '/x', { expect: { body: { votes: 2 } } })).toMatchObject({ votes: 2 });
    await expect(api.call('GET', '/x', { expect: { body: { votes: 3 } } })).rejects.toThrow(
      'GET /x should answer 200 {"votes":3} but answered 200: {"votes":2,"request_id":"r-2"}\n(code none, request_id r-2)',
    );
  });

  test('a call goes to the service of its path', async () => {
    const gone = await apiThat(async () => [200, {}]);
    close?.();
    const other = await apiThat(async () => [200, { at: 'the other' }]);
    const api = new Api('the services', (path) => (path === '/other' ? other.url : gone.url));
    expect(await api.call('GET', '/other')).toEqual({ at: 'the other' });
    await expect(api.call('GET', '/x')).rejects.toThrow(`${gone.url} does not answer (ECONNREFUSED).`);
  });
});
