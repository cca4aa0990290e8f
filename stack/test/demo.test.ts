import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { Api, greet } from '../src/demo/api.ts';
import { fans, players } from '../src/demo/players.ts';
import { rankingTable } from '../src/demo/ranking.ts';
import { uploadClip } from '../src/demo/upload.ts';
import { ballots } from '../src/demo/votes.ts';

describe('ballots', () => {
  const voters = [...players, ...fans];
  const cast = ballots(players, voters);

  test('give each clip the votes it is meant to have, no two alike', () => {
    const counts = players.map((player) => cast.filter(({ entry }) => entry === player).length);
    expect(counts).toEqual(players.map(({ votes }) => votes));
    expect(new Set(counts).size).toBe(players.length);
  });

  test('have nobody vote twice for a clip, or for an own one', () => {
    const pairs = cast.map(({ voter, entry }) => `${voter.email} ${entry.email}`);
    expect(new Set(pairs).size).toBe(cast.length);
    expect(cast.filter(({ voter, entry }) => voter === entry)).toEqual([]);
  });

  test('let everybody vote', () => {
    expect(new Set(cast.map(({ voter }) => voter)).size).toBe(voters.length);
  });
});

test('every account has an e-mail of its own', () => {
  const emails = [...players, ...fans].map(({ email }) => email);
  expect(new Set(emails).size).toBe(emails.length);
});

test('the ranking table aligns numbers to the right and words to the left', () => {
  const row = { city: 'Cali', title: 'Gancho', video_url: '', poster_url: '' };
  const table = rankingTable([
    { ...row, position: 1, username: 'Yeferson Mosquera', votes: 19, qualifies: true },
    { ...row, position: 10, username: 'Sara Nieto', votes: 6, qualifies: false },
  ]);
  expect(table.split('\n')).toEqual([
    '   #  Player             City  Votes  Qualifies  Title',
    '  ──  ─────────────────  ────  ─────  ─────────  ──────',
    '   1  Yeferson Mosquera  Cali     19  yes        Gancho',
    '  10  Sara Nieto         Cali      6  -          Gancho',
  ]);
});

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

  const form = { path: '', filename: 'a.mov', title: 'Tapón' };
  let folder = '';
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'anb-demo-test-'));
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

  test('something else at the address is told from the system', async () => {
    const api = await apiThat(async () => [404, {}]);
    await expect(greet(api)).rejects.toThrow('is not this system');
  });
});
