import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { ObjectStore } from '@anb/service-kit/objects';
import { createTestBucket } from '@anb/testing/cloud';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { bcryptOf, type Contents, makeContest, writeCsv, writeSqlDump } from './dumps.ts';
import { type Ground, prepare } from './setup.ts';

let ground: Ground;
beforeEach(async () => {
  ground = await prepare();
});
afterEach(() => ground.remove());

const ana = { id: 1, first_name: 'Ana', last_name: 'Ríos', email: 'ana@example.com', password: bcryptOf(1) };
const home = { city: 'Bogotá D.C.', country: 'Colombia' };
const eva = { id: 2, first_name: 'Eva', last_name: 'Paz', email: 'Eva@Example.com', password: bcryptOf(2) };
const clip = { id: 'a-1', user_id: 1, title: 'Triple de Ana', is_public: 't', path: 'uploads/2024/ana.mp4' };

const two: Required<Contents> = {
  users: [
    { ...ana, ...home },
    { ...eva, ...home },
  ],
  videos: [clip],
  votes: [{ user_id: 2, video_id: 'a-1', created_at: '2024-05-01 12:00:00.123456-05' }],
};

/** Somebody with Ana's e-mail. */
const signUp = (isVerified: boolean) => ground.admin`
  insert into auth.users (
    first_name, last_name, name_key, city, city_key, country, email, email_verified, password_hash
  )
  values ('Anita', 'R', 'anita r', 'Cali', 'cali', 'Colombia', 'ANA@example.com', ${isVerified}, 'hers')`;

/** Of each a video, with a vote of the other. */
const hasBoth: Contents = {
  users: two.users,
  videos: [clip, { ...clip, id: 'b-1', user_id: 2, title: 'Triple de Eva' }],
  votes: [
    { user_id: 2, video_id: 'a-1' },
    { user_id: 1, video_id: 'b-1' },
  ],
};

test('CSV files and what pg_dump writes of the same contest give the same', async () => {
  const contents: Contents = {
    users: [
      { ...ana, ...home, first_name: 'Ana "La Flaca", 7', created_at: '2024-03-01 10:00:00.5' },
      { ...eva, ...home, last_name: 'Paz\\n\\N', created_at: '2024-03-02' },
    ],
    videos: [{ ...clip, uploaded_at: '2024-04-01 08:00:00-05', title: 'Triple\n\tdesde "la\\esquina" 🏀' }],
    votes: two.votes,
  };
  const csv = await ground.run(writeCsv(ground.folder, contents));
  const fromCsv = await ground.imported();
  await ground.remove();
  ground = await prepare();
  const sql = await ground.run([writeSqlDump(ground.folder, contents)]);
  const fromSql = await ground.imported();

  expect(fromSql).toEqual(fromCsv);
  expect(fromSql.users).toMatchObject([
    { last_name: 'Paz\\n\\N', email: 'Eva@Example.com', city: 'Bogotá D.C.', city_key: 'bogota dc' },
    { first_name: 'Ana "La Flaca", 7', created_at: new Date('2024-03-01T10:00:00.5Z'), role: 'player' },
  ]);
  expect(fromSql.videos).toMatchObject([
    {
      title: 'Triple desde "la\\esquina" 🏀',
      is_public: true,
      uploaded_at: new Date('2024-04-01T13:00:00Z'),
    },
  ]);
  expect(fromSql.votes).toMatchObject([
    { email: 'Eva@Example.com', cast_at: new Date('2024-05-01T17:00:00.123Z') },
  ]);
  expect(sql).toEqual(csv);
});

describe('people', () => {
  test('keep a bcrypt hash that a sign-in takes; whose is none can only reset the password', async () => {
    const others = [
      ...['plain', '5f4dcc3b5aa765d61d8327deb882cf99', `${bcryptOf(1)}x`],
      bcryptOf(1).replace('$12$', '$15$'),
    ];
    const costly = { ...eva, ...home, password: bcryptOf(2).replace('$12$', '$14$') };
    const users = others.map((password, index) => ({
      ...{ ...ana, ...home, id: index + 10, email: `p${index}@example.com`, password },
    }));
    const counts = await ground.run(
      writeCsv(ground.folder, { users: [{ ...ana, ...home }, costly, ...users] }),
    );
    expect(counts.users).toMatchObject({ read: 6, created: 6, refused: 0 });
    const rows = await ground.admin`select password_hash from auth.users order by id`;
    const [first, second, ...rest] = rows.map(({ password_hash }) => password_hash);
    expect([first, second]).toEqual([bcryptOf(1), costly.password]);
    for (const hash of rest)
      expect(hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
    expect(new Set(rest).size).toBe(4);
    expect(ground.report().match(/^users,\d,1\d,no password,.*cost of 4 to 14/gm)).toHaveLength(4);
  });

  test('with an account already are that account, which stays as it is; two with one e-mail are one', async () => {
    await signUp(true);
    const twin = { ...eva, ...home, id: 3, email: 'eva@example.COM' };
    const contents = {
      ...two,
      users: [
        { ...two.users[0], verified: 'f' },
        { ...two.users[1], verified: 't' },
        { ...twin, verified: 'f' },
      ],
      votes: [...two.votes, { user_id: 3, video_id: 'a-1', created_at: null }],
    };
    const counts = await ground.run(writeCsv(ground.folder, contents));
    expect(counts.users).toEqual({ read: 3, created: 1, merged: 2, known: 0, refused: 0 });
    expect(counts.votes).toMatchObject({ recorded: 1, known: 1 });
    const { users, videos } = await ground.imported();
    expect(users).toMatchObject([
      { email: 'ANA@example.com', first_name: 'Anita', password_hash: 'hers' },
      {},
    ]);
    expect(videos).toMatchObject([{ email: 'ANA@example.com' }]);
    expect(ground.report()).toMatch(/^users,\d,1,merged,.*\nusers,\d,3,merged,/m);
  });

  test('whose e-mail has an account that never verified it get nothing into it, unless that is asked for', async () => {
    await signUp(false);
    const twin = { ...eva, ...home, id: 3, email: 'eva@example.COM' };
    const dump = writeCsv(ground.folder, { ...two, users: [...two.users, twin] });
    const cautious = await ground.run(dump);
    expect(cautious).toEqual({
      users: { read: 3, created: 1, merged: 0, known: 0, refused: 2 },
      videos: { read: 1, queued: 0, without_file: 0, known: 0, refused: 1 },
      votes: { read: 1, recorded: 0, known: 0, refused: 1 },
    });
    expect(ground.report().split('\n').slice(1, 5)).toEqual([
      expect.stringMatching(/^users,2,1,refused,.*never verified it.*reset the password.*--merge-unverified/),
      expect.stringMatching(/^users,4,3,refused,.*never verified it/),
      'videos,2,a-1,refused,its player (1) has no account here',
      'votes,2,,refused,its video (a-1) was not imported',
    ]);
    expect(await ground.run(dump, { mergesUnverified: true })).toMatchObject({
      users: { merged: 2, known: 1, refused: 0 },
      videos: { without_file: 1 },
      votes: { recorded: 1 },
    });
    expect((await ground.imported()).videos).toMatchObject([{ email: 'ANA@example.com' }]);
  });

  test('who deleted their account are not brought back by another run', async () => {
    await ground.run(writeCsv(ground.folder, { users: two.users }));
    const id = await ground.deleteAccount('eva@example.com');
    const counts = await ground.run(writeCsv(ground.folder, hasBoth));
    expect(counts.users).toMatchObject({ known: 2, created: 0 });
    expect(counts.videos).toMatchObject({ without_file: 1, refused: 1 });
    expect(counts.votes).toMatchObject({ recorded: 0, refused: 2 });
    expect(await ground.stored(id)).toEqual({ videos: 0, votes: 0 });
    expect(ground.report()).toMatch(
      /b-1,refused,its player \(2\) has no account.*\n.*,refused,its voter \(2\) has no/,
    );
  });

  test('who deleted their account can not be told by their number after the next run', async () => {
    const dump = writeCsv(ground.folder, hasBoth);
    await ground.run(dump);
    const id = await ground.deleteAccount('eva@example.com');
    await ground.run(dump);
    const mapped = await ground.admin`select old_id from import.users where user_id = ${id}`;
    const videos = await ground.admin`
      select old_id from import.videos
      where video_id in (select id from videos.videos where user_id = ${id})`;
    expect([mapped, videos]).toEqual([[], []]);
    const { users, ...others } = await ground.run(dump);
    expect(users).toMatchObject({ known: 2, created: 0 });
    expect(others).toMatchObject({ videos: { known: 1, refused: 1 }, votes: { recorded: 0, refused: 2 } });
    expect(await ground.stored(id)).toEqual({ videos: 1, votes: 1 });
  });

  test('who delete their account while it goes on get no more', async () => {
    await ground.run(writeCsv(ground.folder, { users: [{ ...ana, ...home }] }));
    await ground.admin.unsafe(`
      create function public.leave() returns trigger language plpgsql as $$ begin
        update auth.users set email = null, deleted_at = now() where id = new.user_id;
        return null;
      end $$;
      create trigger leave after insert on import.users for each row execute function public.leave()`);
    const { users, videos, votes } = await ground.run(writeCsv(ground.folder, hasBoth));
    expect([users.created, videos.refused, votes.refused]).toEqual([1, 1, 2]);
    const [{ id } = { id: 0 }] = await ground.admin<{ id: number }[]>`select id from auth.deleted_account`;
    expect(await ground.stored(id)).toEqual({ videos: 0, votes: 0 });
  });

  test('are mended or refused by the rules of a sign-up, and the others are taken', async () => {
    const user = (id: number, change: object) => ({
      ...ana,
      ...home,
      id,
      email: `u${id}@example.com`,
      ...change,
    });
    const users = [
      user(1, { first_name: 'J', last_name: `  ${'x'.repeat(49)}🏀` }),
      user(2, { first_name: '' }),
      user(3, { email: 'nobody' }),
      user(4, { city: 'Cal\u0007\u202ei' }),
      user(5, { id: null }),
      user(6, {}),
    ];
    const counts = await ground.run(writeCsv(ground.folder, { users }));
    expect(counts.users).toEqual({ read: 6, created: 3, merged: 0, known: 0, refused: 3 });
    expect((await ground.imported()).users).toMatchObject([
      { first_name: 'J.', last_name: 'x'.repeat(49) },
      { city: 'Cal i', city_key: 'cal i' },
      { email: 'u6@example.com' },
    ]);
    expect(ground.report().split('\n').slice(1, 6)).toEqual([
      'users,2,1,mended,"changed: first_name, last_name"',
      'users,3,2,refused,first_name has less than 2 characters',
      'users,4,3,refused,email is no address',
      'users,5,4,mended,changed: city',
      'users,6,,refused,id is empty',
    ]);
  });

  test('who have not signed in here get the password of a later dump; nobody else does', async () => {
    const luz = { ...ana, ...home, id: 3, email: 'luz@example.com', password: bcryptOf(3) };
    const twin = { ...luz, id: 4, email: 'LUZ@example.com' };
    const before = [...two.users, luz, twin].map((user) => ({ ...user, verified: 't' }));
    await ground.run(writeCsv(ground.folder, { users: before }));
    await ground.admin`update auth.users set password_hash = 'hers' where email = 'Eva@Example.com'`;
    const later = before.map((user, index) => ({ ...user, password: bcryptOf(index + 11) }));
    const counts = await ground.run(writeCsv(ground.folder, { users: later }));
    expect(counts.users).toEqual({ read: 4, created: 0, merged: 0, known: 4, refused: 0 });
    expect(ground.report().match(/^.*,new password,/gm)).toEqual(['users,2,1,new password,']);
    const hashes = async () => (await ground.imported()).users.map(({ password_hash }) => password_hash);
    expect(await hashes()).toEqual(['hers', bcryptOf(11), bcryptOf(3)]);
    await ground.run(
      writeCsv(ground.folder, { users: later.map((user) => ({ ...user, password: 'plain' })) }),
    );
    await ground.run(writeCsv(ground.folder, { users: [{ ...later[0], password: bcryptOf(9) }] }), {
      source: 'liga-2023',
    });
    expect(await hashes()).toEqual(['hers', bcryptOf(11), bcryptOf(3)]);
  });

  test('and videos whose id another row has already are refused, however far apart they stand', async () => {
    const many = makeContest(501, 0).users;
    const users = [{ ...many[0], email: 'no address' }, ...many, { ...many[0], email: 'other@example.com' }];
    const videos = [clip, { ...clip, user_id: 2 }];
    const dump = writeCsv(ground.folder, { users, videos });
    for (const _run of [1, 2]) {
      const counts = await ground.run(dump);
      expect(counts.users.refused).toBe(2);
      expect(counts.videos.refused).toBe(1);
      expect(ground.report()).toMatch(
        /^users,504,1,refused,its id is that of line 3\nvideos,3,a-1,refused,.*line 2$/m,
      );
    }
  });

  test('say by a yes or by a time that their e-mail is verified', async () => {
    const verified = ['t', '2024-01-01 00:00:00', '0', null, 'maybe'];
    const users = verified.map((email_verified_at, id) => ({
      ...{ ...ana, ...home, id: id + 1, email: `u${id}@example.com`, email_verified_at },
    }));
    const counts = await ground.run(writeCsv(ground.folder, { users }));
    expect(counts.users).toMatchObject({ created: 4, refused: 1 });
    expect((await ground.imported()).users.map(({ email_verified }) => email_verified)).toEqual([
      true,
      true,
      false,
      false,
    ]);
  });
});

describe('videos', () => {
  test('go to the store with their jobs; one without its file is failed, until a run that has it', async () => {
    const bucket = await createTestBucket();
    const folder = join(ground.folder, 'media');
    const objects = new ObjectStore(bucket);
    const media = { folder, objects };
    mkdirSync(join(folder, '2024'), { recursive: true });
    writeFileSync(join(folder, '2024', 'ana.mp4'), 'of Ana');
    writeFileSync(join(folder, 'ana.mp4'), 'of another Ana');
    const lost = {
      ...clip,
      id: 'a-2',
      is_public: 'f',
      path: 'https://old.example.com/uploads/tiro%20libre.mp4?v=1',
    };
    const dump = writeCsv(ground.folder, {
      ...two,
      videos: [clip, lost, { ...clip, id: 'a-3', path: '../../etc/passwd' }],
    });

    const first = await ground.run(dump, { media });
    expect(first.videos).toEqual({ read: 3, queued: 1, without_file: 2, known: 0, refused: 0 });
    const find = async (status: string) =>
      (await ground.imported()).videos.filter((video) => video.status === status);
    const [queued] = await find('uploaded');
    expect(queued).toMatchObject({
      original_filename: 'ana.mp4',
      is_public: true,
      jobs: 1,
      failure_code: null,
    });
    expect(await bucket.keys()).toEqual([queued?.original_key]);
    expect(await (await fetch(`${bucket.endpoint}/${bucket.bucket}/${queued?.original_key}`)).text()).toBe(
      'of Ana',
    );
    expect(await find('failed')).toMatchObject([
      { failure_code: 'original_missing', jobs: 0 },
      { failure_code: 'original_missing', jobs: 0 },
    ]);
    expect(await ground.admin`select from videos.uploads`).toHaveLength(0);

    writeFileSync(join(folder, 'tiro libre.mp4'), 'free throw');
    const second = await ground.run(dump, { media });
    expect(second.videos).toEqual({ read: 3, queued: 1, without_file: 0, known: 2, refused: 0 });
    expect(await find('uploaded')).toHaveLength(2);
    expect(await find('failed')).toMatchObject([{ original_filename: 'passwd' }]);
    expect(await bucket.keys()).toHaveLength(2);
    expect((await ground.run(dump, { media })).videos).toMatchObject({ known: 3 });
    expect(await ground.admin`select from videos.outbox`).toHaveLength(2);
    objects.close();
  });

  test('of people who are not there, and those that were deleted, are refused', async () => {
    const videos = [
      { ...clip, deleted_at: null },
      { ...clip, id: 'a-2', deleted_at: '2024-05-01' },
      { ...clip, id: 'a-3', user_id: 9, deleted_at: null },
    ];
    const counts = await ground.run(writeCsv(ground.folder, { ...two, videos }));
    expect(counts.videos).toMatchObject({ without_file: 1, refused: 2 });
    expect(ground.report()).toMatch(/a-2,refused,was deleted.*\n(.*\n)*.*a-3,refused,its player/);
  });
});

describe('votes', () => {
  test('are counted once; own ones and those of nobody are refused', async () => {
    const votes = [
      [2, 'a-1'],
      [1, 'a-1'],
      [9, 'a-1'],
      [2, 'a-9'],
      [2, 'a-1'],
    ].map(([user_id = '', video_id = '']) => ({
      ...{ user_id, video_id, created_at: '2024-05-01' },
    }));
    const counts = await ground.run([writeSqlDump(ground.folder, { ...two, votes })]);
    expect(counts.votes).toEqual({ read: 5, recorded: 1, known: 1, refused: 3 });
    expect(ground.report().match(/(?<=^votes,\d+,,refused,).*/gm)).toEqual([
      "is for the voter's own video",
      'its voter (9) has no account here',
      'its video (a-9) was not imported',
    ]);
    expect(await ground.wrongTallies()).toEqual([]);
    expect(await ground.admin`select votes from votes.tallies`).toEqual([{ votes: 1 }]);
  });
});

describe('an import', () => {
  test('is not ended by what Postgres can not hold: times that there never were, and a zero byte', async () => {
    const odd = ['0000-01-01', '0001-01-01 00:00:00+01', '9999-12-31 23:59:59-05', '2024-02-31'];
    const vote = { user_id: 2, video_id: 'a-1' };
    const votes = [...odd, '2024-02-29'].map((created_at) => ({ ...vote, created_at }));
    const videos = [{ ...clip, path: 'uploads/\0.mp4' }];
    const counts = await ground.run(writeCsv(ground.folder, { ...two, videos, votes }));
    expect(counts.videos).toMatchObject({ without_file: 1 });
    expect(counts.votes).toEqual({ read: 5, recorded: 1, known: 0, refused: 4 });
    expect(
      ground.report().match(/^votes,[2-5],,refused,cast_at is no time from 1970 to 2100$/gm),
    ).toHaveLength(4);
  });

  test('is told in advance, to the row, by a rehearsal, which leaves nothing', async () => {
    const own = { user_id: 1, video_id: 'a-1', created_at: null };
    const dump = writeCsv(ground.folder, { ...two, votes: [...two.votes, own] });
    const told = await ground.run(dump, { isRehearsal: true });
    expect(await ground.imported()).toEqual({ users: [], videos: [], votes: [] });
    expect(await ground.admin`select from pg_namespace where nspname = 'import'`).toHaveLength(0);
    expect(await ground.run(dump)).toEqual(told);
    expect(told.votes).toMatchObject({ recorded: 1, refused: 1 });
  });

  test('of another contest with the same ids takes nobody for another', async () => {
    await ground.run(writeCsv(ground.folder, two));
    const others = { ...two, users: [{ ...ana, ...home, email: 'other@example.com' }] };
    const { users } = await ground.run(writeCsv(ground.folder, others), { source: 'liga-2023' });
    expect(users.created).toBe(1);
    const { videos } = await ground.imported();
    expect(videos.map(({ email }) => email).sort()).toEqual(['ana@example.com', 'other@example.com']);
  });
});
