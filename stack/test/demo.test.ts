import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Api } from '@anb/api-client/api';
import { describe, expect, test } from 'vitest';
import { demoCommand } from '../src/demo/config.ts';
import { greet } from '../src/demo/greeting.ts';
import { fans, type Player, players } from '../src/demo/players.ts';
import { ProgressLine } from '../src/demo/progress-line.ts';
import { rankingTable } from '../src/demo/ranking.ts';
import { findEarlierVideo, lookForReview, waitUntilProcessed } from '../src/demo/videos.ts';
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
  const row = { video_id: 'x', city: 'Cali', title: 'Gancho', video_url: '', poster_url: '' };
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

test('a contest whose videos are reviewed is told before anybody votes, with what to do', async () => {
  const [player] = players;
  const waiting = {
    video_id: 'x',
    title: player?.title,
    is_public: true,
    status: 'processed',
    review: 'pending',
  };
  const server = createServer((request, response) =>
    response
      .setHeader('content-type', 'application/json')
      .end(JSON.stringify(request.url === '/api/videos' ? [waiting] : waiting)),
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = new Api(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  const account = { person: player as Player, token: 'x', isNew: false };
  const whatToDo = /reviewed before they open.*PUT {2}\/api\/admin\/contest with/s;
  await expect(findEarlierVideo(api, account)).rejects.toThrow(whatToDo);
  await expect(lookForReview(api, account, 'x')).rejects.toThrow(whatToDo);
  await expect(waitUntilProcessed(api, account, 'x', new ProgressLine(''))).rejects.toThrow(whatToDo);
  server.close();
});

test('something else at the address is told from the system', async () => {
  const server = createServer((_request, response) => response.writeHead(404).end('{}'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const api = new Api(`http://127.0.0.1:${(server.address() as AddressInfo).port}`);
  await expect(greet(api)).rejects.toThrow('is not this system');
  server.close();
});

test.each([
  ['http://127.0.0.1:8080', 'npm run demo'],
  ['http://127.0.0.1:8091', 'PORT=8091 npm run demo'],
  ['https://anb.example', 'PUBLIC_URL=https://anb.example npm run demo'],
])('for a system at %s the ready line says %s', (address, command) => {
  expect(demoCommand(address)).toBe(command);
});
