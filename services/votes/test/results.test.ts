import { createHash, randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { createVideo } from '@anb/testing/players';
import { untilWaiting } from '@anb/testing/waiting';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import type { RankingRow } from '../src/ranking-pages.ts';
import { type ResultRow, toCsv } from '../src/results.ts';
import { countVotes } from '../src/store/results.ts';
import { createContest, type TestContest } from './organisers.ts';

let contest: TestContest;
beforeAll(async () => {
  contest = await createContest();
});
beforeEach(async () => {
  await contest.openVoting();
  await contest.database.admin`update videos.videos set hidden_at = now()`;
});
afterAll(() => contest.close());

const PATH = '/api/admin/results';
const freeze = () => contest.ask('POST', PATH);
const read = (query = '') => contest.ask('GET', `${PATH}?${query}`);
const download = async (query = '') => {
  const answer = await contest.send('GET', `${PATH}?format=csv&${query}`);
  return { answer, file: Buffer.from(await answer.arrayBuffer()) };
};
const sha256 = (file: Buffer) => createHash('sha256').update(file).digest('hex');
/** An edition of its own, over. */
const newEdition = async () => {
  const edition = randomUUID();
  await contest.database.admin`update votes.contest set edition = ${edition}`;
  await contest.closeVoting();
  return edition;
};
const votes = (videoId: string, count: number, from = 1) => contest.database.admin`
  insert into votes.votes (video_id, voter_id)
  select ${videoId}, n from generate_series(${from}::integer, ${from + count - 1}::integer) n`;

/** As RFC 4180 reads it. */
function parseCsv(file: Buffer): string[][] {
  const text = file.toString();
  expect(text.startsWith('\uFEFF')).toBe(true);
  const lines: string[][] = [[]];
  for (const [, quoted, plain, end] of text.slice(1).matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)) {
    lines.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? '');
    if (end === '\r\n') lines.push([]);
  }
  expect(lines.pop()).toEqual([]);
  return lines;
}

describe('the result', () => {
  test('is as of now until it is frozen, then stays as it was', async () => {
    const edition = await newEdition();
    const [ana, luz] = [
      await contest.players.signUp({ last_name: 'Ríos' }),
      await contest.players.signUp({ first_name: 'Luz' }),
    ];
    const first = await createVideo(contest.database.admin, ana.id, { title: 'Uno', city: 'Bogota D.C.' });
    const second = await createVideo(contest.database.admin, luz.id, { title: 'Dos', city: 'Tunja' });
    await votes(first, 2);
    await votes(second, 3);
    // The rows count, not this.
    await contest.database.admin`insert into votes.tallies (video_id, votes) values (${second}, 9)`;

    const before = await read();
    expect(before).toMatchObject({
      status: 200,
      body: { contest: { edition }, version: null, frozen_at: null, videos: 2, blanked: 0 },
    });
    expect(before.body.results.map((row: ResultRow) => row.votes)).toEqual([9, 0]);

    const frozen = await freeze();
    expect(frozen).toMatchObject({
      status: 200,
      body: {
        contest: { name: 'ANB Rising Stars Showcase', edition, finalists_per_city: 2 },
        ...{ version: expect.any(Number), frozen_at: expect.any(String), videos: 2, blanked: 0 },
      },
    });
    await votes(first, 5, 10);
    await contest.database
      .admin`update videos.videos set title = 'Otro', hidden_at = now() where id = ${second}`;
    const { status, body } = await read();
    expect([status, body]).toEqual([
      200,
      {
        ...frozen.body,
        versions: frozen.body.version,
        results: [
          {
            ...{ position: 1, city_position: 1, qualifies: false, votes: 3, video_id: second },
            ...{ user_id: luz.id, username: 'Luz Ríos', title: 'Dos', city: 'Tunja' },
          },
          {
            ...{ position: 2, city_position: 1, qualifies: true, votes: 2, video_id: first },
            ...{ user_id: ana.id, username: 'Ana Ríos', title: 'Uno', city: 'Bogotá' },
          },
        ],
      },
    ]);
    const [trace] = await contest.database.admin`select * from votes.audit order by id desc limit 1`;
    expect(trace).toMatchObject({
      ...{ user_id: contest.organiser.id, action: 'freeze_result' },
      detail: { version: body.version, checksum: body.checksum, videos: 2 },
    });
  });

  test('frozen again is the next version; the one before stays to be asked for', async () => {
    const edition = await newEdition();
    const video = await createVideo(contest.database.admin, (await contest.players.signUp()).id);
    await votes(video, 4);
    const first = (await freeze()).body;
    await contest.database.admin`update votes.votes set voided_at = now() where voter_id = 1`;
    const second = (await freeze()).body;
    expect(second.version).toBe(first.version + 1);
    expect(second.checksum).not.toBe(first.checksum);
    expect((await read()).body).toMatchObject({ version: second.version, results: [{ votes: 3 }] });
    expect((await read(`version=${first.version}`)).body).toMatchObject({
      ...first,
      results: [{ votes: 4 }],
    });
    expect(await read('version=999999')).toMatchObject({ status: 404, body: { code: 'result_not_found' } });
    await newEdition();
    expect((await read()).body).toMatchObject({ version: null });
    expect((await read(`version=${first.version}`)).body.contest.edition).toBe(edition);
  });

  test('frozen again though nothing has changed is the version that there is, also when asked for at once', async () => {
    await newEdition();
    const answers = await Promise.all([freeze(), freeze(), freeze()]);
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [first] = answers.map(({ body }) => body);
    expect(answers.map(({ body }) => body)).toEqual([first, first, first]);
    expect((await freeze()).body).toEqual(first);
    await contest.database.admin`update votes.contest set closes_at = closes_at - interval '1 second'`;
    const again = (await freeze()).body;
    expect(again).toEqual(first);
    expect((await read()).body).toMatchObject(again);
    await newEdition();
    expect((await freeze()).body.version).toBe(first.version + 1);
  });

  test('is known to everybody to be frozen, until there is another edition', async () => {
    const shown = async () => (await contest.ask('GET', '/api/public/contest')).body;
    const untilFrozenAt = (at: string | null) =>
      vi.waitFor(async () => expect((await shown()).result_frozen_at).toBe(at), 3000);
    await newEdition();
    await untilFrozenAt(null);
    const video = await createVideo(contest.database.admin, (await contest.players.signUp()).id);
    await untilFrozenAt((await freeze()).body.frozen_at);
    await votes(video, 1);
    await untilFrozenAt((await freeze()).body.frozen_at);
    await newEdition();
    await untilFrozenAt(null);
  });

  test('says who qualified, whatever becomes of the votes, until it is frozen anew', async () => {
    const { admin } = contest.database;
    await newEdition();
    const [first, second] = [await contest.players.signUp(), await contest.players.signUp()];
    const [one, other] = [await createVideo(admin, first.id), await createVideo(admin, second.id)];
    await admin`update votes.contest set finalists_per_city = 1`;
    const count = async (videoId: string, total: number, from = 1) => {
      await votes(videoId, total - from + 1, from);
      await admin`
        insert into votes.tallies (video_id, votes) values (${videoId}, ${total})
        on conflict (video_id) do update set votes = excluded.votes`;
    };
    await count(one, 2);
    await count(other, 1);
    const shown = async () => {
      const { body } = await contest.ask('GET', '/api/public/rankings');
      return body
        .filter(({ video_id }: RankingRow) => video_id === one || video_id === other)
        .map((row: RankingRow) => [row.video_id, row.votes, row.qualifies]);
    };
    const untilShown = (rows: unknown[]) => vi.waitFor(async () => expect(await shown()).toEqual(rows), 3000);
    await untilShown([
      [one, 2, true],
      [other, 1, false],
    ]);
    await freeze();
    await count(other, 4, 2);
    await untilShown([
      [other, 4, false],
      [one, 2, true],
    ]);
    const { body } = await contest.ask('GET', `/api/public/rankings/videos/${one}`);
    expect(body).toMatchObject({ qualifies: true, in_city: { position: 2 } });
    await freeze();
    await untilShown([
      [other, 4, true],
      [one, 2, false],
    ]);
  });

  test('can not be changed by the service itself', async () => {
    await newEdition();
    await freeze();
    for (const table of ['results', 'result_rows']) {
      for (const change of [
        'update votes.TABLE set version = version',
        'delete from votes.TABLE',
        'truncate votes.TABLE',
      ]) {
        const attempt = contest.sql.unsafe(change.replace('TABLE', table));
        await expect(attempt).rejects.toMatchObject({ code: '42501' });
      }
    }
  });

  test.each([
    ['has no end', 'null'],
    ['has not come to its end', "now() + interval '1 second'"],
  ])('is not frozen while the window %s, and holds up no vote then', async (_what, closesAt) => {
    await contest.database.admin.unsafe(`update votes.contest set closes_at = ${closesAt}`);
    await contest.database.admin.begin(async (batch) => {
      await batch`insert into votes.votes (video_id, voter_id) values (gen_random_uuid(), 1)`;
      expect(await freeze()).toMatchObject({ status: 400, body: { code: 'voting_open' } });
    });
  });

  test('has every vote that was being committed when it was frozen, and none that comes later', async () => {
    const [owner, voter] = [await contest.players.signUp(), await contest.players.signUp()];
    const video = await createVideo(contest.database.admin, owner.id);
    await newEdition();
    let freezing: ReturnType<typeof freeze> | undefined;
    let late: ReturnType<typeof contest.vote> | undefined;
    await contest.database.admin.begin(async (batch) => {
      await batch`insert into votes.votes (video_id, voter_id) values (${video}, 1)`;
      freezing = freeze();
      await untilWaiting(contest.database.admin, 1);
      late = Promise.resolve(contest.vote(video, voter));
      await untilWaiting(contest.database.admin, 2);
    });
    expect((await freezing)?.status).toBe(200);
    expect(await (await late)?.json()).toMatchObject({ code: 'voting_closed' });
    expect((await read()).body.results).toMatchObject([{ video_id: video, votes: 1 }]);
  });

  test('is of one moment, and who votes too late does not wait for it', async () => {
    const { admin } = contest.database;
    const video = await createVideo(admin, (await contest.players.signUp()).id, { title: 'Antes' });
    await newEdition();
    let freezing: ReturnType<typeof freeze> | undefined;
    await admin.begin(async (holding) => {
      await holding`lock table votes.tallies in access exclusive mode`;
      freezing = freeze();
      // It has counted the votes, and waits for what else is shown of a video.
      await untilWaiting(admin, 1);
      await admin`update videos.videos set title = 'Después' where id = ${video}`;
      await votes(video, 3);
    });
    expect((await freezing)?.status).toBe(200);
    expect((await read()).body.results).toMatchObject([{ video_id: video, votes: 0, title: 'Antes' }]);
  });

  test('lacks a vote that was asked for in time and began to be written too late', async () => {
    const [owner, voter] = [await contest.players.signUp(), await contest.players.signUp()];
    const video = await createVideo(contest.database.admin, owner.id);
    let late: ReturnType<typeof contest.vote> | undefined;
    await contest.database.admin.begin(async (freezing) => {
      await freezing`lock table votes.votes in share mode`;
      await contest.database.admin`update votes.contest set closes_at = clock_timestamp() + interval '0.3 s'`;
      late = Promise.resolve(contest.vote(video, voter));
      await untilWaiting(contest.database.admin, 1);
      await sleep(400);
    });
    expect(await (await late)?.json()).toMatchObject({ code: 'voting_closed' });
  });

  test.each(['GET', 'POST'])('is for organisers alone: %s', async (method) => {
    expect((await contest.send(method, PATH, undefined, null)).status).toBe(401);
    const answer = await contest.ask(method, PATH, undefined, await contest.players.signUp());
    expect(answer).toMatchObject({ status: 403, body: { code: 'organisers_only' } });
  });

  test.each(['format=xls', 'version=0', 'version=x', 'version=9999999'])('refuses %s', async (query) => {
    expect(await read(query)).toMatchObject({ status: 400, body: { code: 'invalid_input' } });
  });
});

test('votes are counted once each, however many pieces the table is read in', async () => {
  const { admin } = contest.database;
  await admin`insert into votes.votes (video_id, voter_id) select gen_random_uuid(), n % 7 from generate_series(1, 500) n`;
  const [one, other] = [randomUUID(), randomUUID()];
  for (let from = 1; from < 1000; from += 100) {
    await votes(one, 100, from);
    await votes(other, 100, from);
  }
  await admin`update votes.votes set voided_at = now() where video_id = ${one} and voter_id <= 300`;
  for (const blocksAtOnce of [1, 3, 32_768]) {
    const counted = await countVotes(contest.sql, blocksAtOnce);
    expect([counted.get(one), counted.get(other)]).toEqual([700, 1000]);
  }
});

describe('a frozen edition', () => {
  const put = (change: object) => contest.ask('PUT', '/api/admin/contest', change);

  test('can not be opened again, unless it is another one', async () => {
    const edition = await newEdition();
    await freeze();
    const future = '2099-01-01T00:00:00Z';
    for (const change of [
      { closes_at: null },
      { closes_at: future },
      { opens_at: '2098-01-01T00:00:00Z', closes_at: future },
    ]) {
      expect(await put(change)).toMatchObject({ status: 400, body: { code: 'results_frozen' } });
    }
    expect(await put({ name: 'La final', vote_goal: 5 })).toMatchObject({ status: 200 });
    const next = randomUUID();
    expect(await put({ edition: next, closes_at: null })).toMatchObject({
      status: 200,
      body: { open: true },
    });
    // By a way round, the old one again.
    expect(await put({ edition })).toMatchObject({ status: 400, body: { code: 'results_frozen' } });
    await put({ name: 'ANB Rising Stars Showcase' });
  });

  test('can be named again, unless it would get the votes of one that came after', async () => {
    const id = await createVideo(contest.database.admin, 1);
    const edition = await newEdition();
    await freeze();
    expect(await put({ edition: randomUUID() })).toMatchObject({ status: 200 });
    expect(await put({ edition })).toMatchObject({ status: 200, body: { edition } });

    const next = randomUUID();
    await put({ edition: next, closes_at: null });
    await votes(id, 1);
    await contest.closeVoting();
    expect(await put({ edition })).toMatchObject({
      status: 400,
      body: { code: 'results_frozen', details: [{ field: 'edition' }] },
    });
    expect(await put({ edition: next, vote_goal: 5 })).toMatchObject({ status: 200 });
  });

  test('is decided by the freeze where an opening comes at the same time', async () => {
    for (let round = 0; round < 5; round++) {
      await newEdition();
      const [frozen, opened] = await Promise.all([freeze(), put({ closes_at: null })]);
      expect([
        [200, 400],
        [400, 200],
      ]).toContainEqual([frozen.status, opened.status]);
    }
  });
});

describe('the CSV file', () => {
  test('says what the JSON says, to the byte of its checksum', async () => {
    await newEdition();
    for (const [name, title, city] of [
      ['Óscar', 'Coma, "comilla"; y\ttab', 'Bogotá'],
      ['=cmd', '=HYPERLINK("http://x")', 'Tunja'],
      ['+57', '-1', '@casa'],
      ["Ana;=cmd|' /C calc'!A0;", 'Triple; -1;+1;@x;y = 2', 'Cali;=1'],
    ] as const) {
      const player = await contest.players.signUp({ first_name: name });
      await createVideo(contest.database.admin, player.id, { title, city });
    }
    const provisional = await download();
    await freeze();
    const { answer, file } = await download();
    expect(file).toEqual(provisional.file);
    const { body } = await read();
    expect(sha256(file)).toBe(body.checksum);
    expect(answer.headers.get('x-result-checksum')).toBe(body.checksum);
    const digest = createHash('sha256').update(file).digest('base64');
    expect(answer.headers.get('repr-digest')).toBe(`sha-256=:${digest}:`);
    expect(answer.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
    const name = /^attachment; filename="anb-rising-stars-showcase-[a-z0-9-]+?-([a-z]+(-\d+)?)\.csv"$/;
    expect(answer.headers.get('content-disposition')?.match(name)?.[1]).toBe(`result-${body.version}`);
    expect(provisional.answer.headers.get('content-disposition')?.match(name)?.[1]).toBe('provisional');

    const [header = [], ...lines] = parseCsv(file);
    expect(header).toEqual(Object.keys(body.results[0]));
    const harmless = (text: string) => text.replace(/(^|; ?)([=+\-@\t\r])/g, "$1'$2");
    const rows = body.results.map((row: ResultRow) =>
      Object.values(row).map((value) => harmless(String(value))),
    );
    expect(lines).toEqual(rows);
    expect(file.toString()).not.toMatch(/(^|[,;]\s*|\n)"?[=+\-@\t]/);
  });

  test('keeps its form, or the checksums of frozen results would be wrong', () => {
    const row = {
      ...{ position: 1, city_position: 1, qualifies: true, votes: 7, user_id: 42, city: 'Bogotá' },
      ...{ video_id: '6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f', username: 'Óscar "O" Díaz', title: '=1+1' },
    };
    const file = toCsv([row, { ...row, position: 2, qualifies: false, username: null, title: null }]);
    expect(file.toString()).toBe(
      '\uFEFFposition,city_position,qualifies,votes,video_id,user_id,username,title,city\r\n' +
        `1,1,true,7,6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f,42,"Óscar ""O"" Díaz",'=1+1,Bogotá\r\n` +
        '2,1,false,7,6f1f0f9a-3c57-4a5e-9d0e-0e6a1c1b2d3f,42,,,Bogotá\r\n',
    );
  });
});

test('a player who deletes the account is blanked in frozen results; the places and the checksum stay', async () => {
  await newEdition();
  const [gone, stays] = [await contest.players.signUp(), await contest.players.signUp()];
  for (const { id } of [gone, gone, stays]) await createVideo(contest.database.admin, id);
  const { checksum } = (await freeze()).body;
  const auth = contest.database.connect('anb_auth');
  expect(await auth`select votes.forget_person_v1(${gone.id}) as rows`).toEqual([{ rows: 2 }]);
  expect(await auth`select votes.forget_person_v1(${gone.id}) as rows`).toEqual([{ rows: 0 }]);
  const { body } = await read();
  expect(body).toMatchObject({ checksum, videos: 3, blanked: 2 });
  const rows = body.results as ResultRow[];
  expect(rows.filter(({ user_id }) => user_id === gone.id)).toMatchObject(
    Array(2).fill({ username: null, title: null, city: 'Bogotá' }),
  );
  expect(rows.filter(({ user_id }) => user_id === stays.id)).toMatchObject([{ username: 'Ana Ríos' }]);
  expect(sha256((await download()).file)).not.toBe(checksum);
});

test('who deletes the account while the result is being frozen is blanked too', async () => {
  const { id } = await contest.players.signUp();
  const auth = contest.database.connect('anb_auth');
  let forgetting: Promise<unknown> | undefined;
  await contest.database.admin.begin(async (freezing) => {
    await freezing`lock table votes.contest in share row exclusive mode`;
    await freezing`
      insert into votes.results (version, edition, contest, checksum) values (1000, 'x', '{}', '')`;
    await freezing`
      insert into votes.result_rows
      values (1000, 1, 1, true, 7, gen_random_uuid(), ${id}, 'Ana Ríos', 'Triple', 'Bogotá')`;
    forgetting = auth`select votes.forget_person_v1(${id}) as rows`.execute();
    await untilWaiting(contest.database.admin, 1);
  });
  expect(await forgetting).toEqual([{ rows: 1 }]);
});
