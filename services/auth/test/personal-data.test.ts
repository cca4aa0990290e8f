import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { TestDatabase } from '@anb/testing/database';
import { createVideo } from '@anb/testing/players';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { TERMS_VERSION } from '../src/terms.ts';
import { createAuth, PASSWORD, person, type TestAuth, type Tokens } from './setup.ts';

const UTC = expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/);

let auth: TestAuth;
let database: TestDatabase;
/** Of this test's person. */
let email: string;
let id: number;
let authorization: string;

beforeAll(async () => {
  auth = await createAuth();
  ({ database } = auth);
});
beforeEach(async () => {
  email = `${randomUUID()}@example.com`;
  await signUp({ accepts_terms: true, guardian_name: ' Marta Gómez ' });
  ({ id, authorization } = await signIn());
});
afterAll(() => auth.close());

const signUp = (more: object = {}) => auth.send('POST', '/api/auth/signup', { ...person, email, ...more });
const login = () => auth.send('POST', '/api/auth/login', { email, password: PASSWORD });
async function signIn() {
  const tokens = (await (await login()).json()) as Tokens;
  const { access_token, refresh_token } = tokens;
  return { id: Number(decodeJwt(access_token).sub), authorization: `Bearer ${access_token}`, refresh_token };
}
const exportAccount = () => auth.send('GET', '/api/auth/account/export', undefined, authorization);
const deleteAccount = (password = PASSWORD) =>
  auth.send('DELETE', '/api/auth/account', { password }, authorization);
const vote = (videoId: string) =>
  database.admin`insert into votes.votes (video_id, voter_id) values (${videoId}, ${id})`;

/** A frozen result with one place, besides somebody else's. */
async function keepResult(userId: number, videoId: string) {
  const { admin } = database;
  await admin`insert into votes.results (version, edition, contest, checksum) values (1, '2026', '{}', '')`;
  for (const [position, user] of [userId, userId + 1_000_000].entries()) {
    const place = { position: position + 1, city_position: 1, qualifies: true, votes: 7, city: 'Bogotá' };
    const who = { user_id: user, username: 'Valentina Ríos', video_id: videoId, title: 'Triple' };
    await admin`insert into votes.result_rows ${admin({ version: 1, ...place, ...who })}`;
  }
}

describe('the export', () => {
  test('is a file with everything about the account, and nothing of others', async () => {
    const { admin } = database;
    const [other] = await admin<{ id: number }[]>`
      insert into auth.users (first_name, last_name, name_key, city, city_key, country, email, password_hash)
      values ('Otra', 'Persona', '', '', '', '', 'otra@example.com', '') returning id`;
    const theirs = await createVideo(admin, other?.id ?? 0);
    const [open, gone] = [await createVideo(admin, id), await createVideo(admin, id, { deleted: true })];
    await admin`update videos.videos set title = null, original_filename = null where id = ${gone}`;
    await admin`insert into votes.tallies values (${open}, 7)`;
    await vote(theirs);
    const upload = randomUUID();
    for (const user of [id, other?.id ?? 0]) {
      await admin`
        insert into videos.uploads (video_id, user_id, object_key, title)
        values (${user === id ? upload : randomUUID()}, ${user}, 'key', 'A medias')`;
      await admin`insert into auth.sessions (user_id, expires_at) values (${user}, now())`;
      await admin`insert into videos.reports (video_id, user_id, reason) values (${theirs}, ${user}, 'Es un plagio')`;
      await admin`insert into auth.audit (action, subject_id, detail) values ('role', ${user}, '{"after": "player"}')`;
      await admin`insert into votes.audit (action, user_id, detail) values ('contest', ${user}, '{}')`;
      await admin`insert into videos.audit (user_id, action, video_id) values (${user}, 'hide', ${theirs})`;
    }
    await keepResult(id, open);

    const answer = await exportAccount();
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-disposition')).toMatch(/^attachment; filename=".*\.json"$/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const [videos, uploads] = [expect.any(Array), [{ video_id: upload, title: 'A medias', started_at: UTC }]];
    const document = (await answer.json()) as { videos: { video_id: string }[] };
    expect(document).toEqual({
      exported_at: UTC,
      account: {
        ...{ id, first_name: 'Valentina', last_name: 'Ríos', email, email_verified: false, city: 'Bogotá' },
        ...{ country: 'Colombia', role: 'player', created_at: UTC, updated_at: UTC },
      },
      consent: {
        accepted_terms_at: UTC,
        accepted_terms_version: TERMS_VERSION,
        guardian_name: 'Marta Gómez',
      },
      sessions: Array(2).fill({ created_at: UTC, expires_at: UTC }),
      videos,
      uploads,
      known_addresses: [{ seen_at: UTC }],
      mails: [{ kind: 'verify_email', queued_at: UTC }],
      account_changes: [{ action: 'role', detail: { after: 'player' }, done_at: UTC }],
      reports: [{ video_id: theirs, reason: 'Es un plagio', reported_at: UTC }],
      contest_changes: [{ action: 'contest', detail: {}, done_at: UTC }],
      organiser_actions: [{ action: 'hide', video_id: theirs, done_at: UTC }],
      votes: [{ video_id: theirs, cast_at: UTC }],
      results: [
        {
          ...{ version: 1, frozen_at: UTC, position: 1, city_position: 1, qualifies: true, votes: 7 },
          ...{ video_id: open, username: 'Valentina Ríos', title: 'Triple', city: 'Bogotá' },
        },
      ],
    });
    expect(document.videos).toHaveLength(2);
    expect(document.videos.find(({ video_id }) => video_id === open)).toEqual({
      ...{ video_id: open, title: 'Triple desde la esquina', original_filename: 'clip.mp4', votes: 7 },
      ...{ status: 'processed', is_public: true, city: 'Bogotá', duration_seconds: 16.5 },
      ...{ uploaded_at: UTC, processed_at: UTC, published_at: UTC },
    });
    expect(document.videos.find(({ video_id }) => video_id === gone)).toMatchObject({ deleted_at: UTC });
  });

  test('says so where the terms were never accepted', async () => {
    email = `${randomUUID()}@example.com`;
    await signUp();
    ({ authorization } = await signIn());
    expect(await (await exportAccount()).json()).toMatchObject({ consent: null, videos: [], votes: [] });
  });

  test('names a guardian only where the terms were accepted', async () => {
    for (const [accepts_terms, consent] of [
      [true, { guardian_name: 'Marta Gómez' }],
      [false, null],
    ] as const) {
      email = `${randomUUID()}@example.com`;
      expect((await signUp({ accepts_terms, guardian_name: 'Marta Gómez' })).status).toBe(201);
      ({ id, authorization } = await signIn());
      expect(await (await exportAccount()).json()).toMatchObject({ consent });
      const [account] = await database.admin`select guardian_name from auth.users where id = ${id}`;
      expect(account).toEqual({ guardian_name: consent && 'Marta Gómez' });
    }
    const refused = await signUp({ accepts_terms: true, guardian_name: 'M' });
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ details: [{ field: 'guardian_name' }] });
  });

  test('is given ten times in a row, then later', async () => {
    const statuses: number[] = [];
    for (let n = 0; n < 11; n++) statuses.push((await exportAccount()).status);
    expect(statuses).toEqual([...Array(10).fill(200), 429]);
  });
});

describe('the deletion', () => {
  test('needs the password, and bears no guessing', async () => {
    const refused = await deleteAccount('no-es-este');
    expect(refused.status).toBe(400);
    expect(await refused.json()).toMatchObject({ code: 'wrong_password', details: [{ field: 'password' }] });
    for (let n = 0; n < 4; n++) expect((await deleteAccount('no-es-este')).status).toBe(400);
    const late = await deleteAccount();
    expect(late.status).toBe(429);
    expect(Number(late.headers.get('retry-after'))).toBeGreaterThan(30);
    expect((await login()).status).toBe(200);
  });

  test('leaves the number, the consent and the votes, and nothing that names a person', async () => {
    const { admin } = database;
    const theirs = await createVideo(admin, id + 1_000_000);
    await vote(theirs);
    const open = await createVideo(admin, id);
    await admin`truncate votes.results cascade`;
    await keepResult(id, open);
    // As the release before wrote it.
    await admin`
      insert into auth.refresh_tokens (token_hash, session_id) select '', id from auth.sessions where user_id = ${id}`;
    await admin`
      insert into auth.email_codes (id, user_id, code_hash, tries_left, expires_at)
      values (gen_random_uuid(), ${id}, '', 5, now() + interval '15 minutes')`;
    await admin`
      insert into auth.password_resets (token_hash, user_id, expires_at)
      values ('', ${id}, now() + interval '1 hour')`;
    expect((await deleteAccount()).status).toBe(202);

    const [account] = await admin`select * from auth.users where id = ${id}`;
    expect(account).toEqual({
      ...{
        id,
        changed_xid: expect.any(String),
        first_name: '',
        last_name: '',
        name_key: '',
        city: '',
        city_key: '',
        country: '',
        email: null,
        guardian_name: null,
      },
      ...{ email_verified: false, role: 'player', password_hash: expect.any(String) },
      ...{ accepted_terms_at: expect.any(Date), accepted_terms_version: TERMS_VERSION },
      ...{ created_at: expect.any(Date), updated_at: expect.any(Date), deleted_at: expect.any(Date) },
    });
    const [session] = await admin`
      select refresh_hash, previous_hash, previous_salt, end_reason from auth.sessions where user_id = ${id}`;
    const nothing = { refresh_hash: null, previous_hash: null, previous_salt: null };
    expect(session).toEqual({ ...nothing, end_reason: 'deleted' });
    expect(await admin`select from auth.refresh_tokens`).toHaveLength(0);
    for (const table of ['known_addresses', 'mails', 'email_codes', 'password_resets'])
      expect(await admin`select from auth.${admin(table)} where user_id = ${id}`).toHaveLength(0);
    const [video] = await admin`select deleted_at, title from videos.videos where id = ${open}`;
    expect(video).toEqual({ deleted_at: expect.any(Date), title: null });
    expect(await admin`select from auth.player_card where id = ${id}`).toHaveLength(0);
    expect(await admin`select from votes.votes where voter_id = ${id}`).toHaveLength(1);
    expect(await admin`select username, title, votes from votes.result_rows order by position`).toEqual([
      { username: null, title: null, votes: 7 },
      { username: 'Valentina Ríos', title: 'Triple', votes: 7 },
    ]);
  });

  test('keeps the e-mail for one mail more, where it is proved', async () => {
    const { admin } = database;
    await admin`update auth.users set email_verified = true where id = ${id}`;
    expect((await deleteAccount()).status).toBe(202);
    const mails = await admin`select kind, email from auth.mails where user_id = ${id}`;
    expect(mails).toEqual([{ kind: 'account_deleted', email }]);
  });

  test('lets the same e-mail sign up anew, which is known to have voted before', async () => {
    const former = id;
    expect((await deleteAccount()).status).toBe(202);
    await signUp();
    await signIn();
    const known =
      await database.admin`select user_id, former_id from auth.former_account where former_id = ${former}`;
    expect(known).toEqual([{ user_id: expect.any(Number), former_id: former }]);
    expect(known[0]?.user_id).toBeGreaterThan(former);
  });

  test('ends every session, and the account can not be signed in to any more', async () => {
    const { refresh_token } = await signIn();
    expect((await deleteAccount()).status).toBe(202);
    expect((await auth.send('POST', '/api/auth/refresh', { refresh_token })).status).toBe(401);
    const ended = await database.admin`
      select from auth.ended_session where id in (select id from auth.sessions where user_id = ${id})`;
    expect(ended).toHaveLength(2);
    const answer = await login();
    expect(answer.status).toBe(401);
    expect(await answer.json()).toMatchObject({ code: 'invalid_credentials' });
  });

  test('takes the cookie back', async () => {
    const cookie = { cookie: 'anb_refresh=x' };
    const gone = await auth.send(
      'DELETE',
      '/api/auth/account',
      { password: PASSWORD },
      authorization,
      cookie,
    );
    expect(gone.headers.get('set-cookie')).toMatch(/^anb_refresh=; Max-Age=0; Path=\/api\/auth/);
  });

  test('is seen at once by what a living token still asks for', async () => {
    await deleteAccount();
    const asked = [
      auth.send('GET', '/api/auth/profile', undefined, authorization),
      auth.send('PATCH', '/api/auth/profile', { first_name: 'Otra' }, authorization),
      exportAccount(),
      deleteAccount(),
    ];
    expect((await Promise.all(asked)).map(({ status }) => status)).toEqual([401, 401, 401, 401]);
    const [account] = await database.admin`select first_name from auth.users where id = ${id}`;
    expect(account).toEqual({ first_name: '' });
  });

  test('frees the e-mail for a new account, which has nothing of the old one', async () => {
    await createVideo(database.admin, id);
    await deleteAccount();
    expect((await signUp()).status).toBe(201);
    const old = id;
    ({ id, authorization } = await signIn());
    expect(id).not.toBe(old);
    expect(await (await exportAccount()).json()).toMatchObject({ consent: null, videos: [], votes: [] });
  });

  test('lets no session begin that was asked for before it', async () => {
    let answer: Promise<Response> | undefined;
    await database.admin.begin(async (deletion) => {
      await deletion`update auth.users set email = null, deleted_at = now() where id = ${id}`;
      answer = Promise.resolve(login());
      await vi.waitFor(async () => {
        const waiting = await database.admin`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        expect(waiting).toHaveLength(1);
      }, 5000);
    });
    expect((await answer)?.status).toBe(401);
    expect(await database.admin`select from auth.sessions where user_id = ${id}`).toHaveLength(1);
  });
});

test('the commands for who can not sign in leave their trace', async () => {
  for (const name of ['export-account', 'delete-account']) {
    const { status } = spawnSync(
      process.execPath,
      [new URL(`../src/commands/${name}.ts`, import.meta.url).pathname, email],
      {
        encoding: 'utf8',
        env: { DATABASE_URL: database.url('anb_auth'), NODE_COMPILE_CACHE: process.env.NODE_COMPILE_CACHE },
      },
    );
    expect(status).toBe(0);
  }
  const noted =
    await database.admin`select user_id, action from auth.audit where subject_id = ${id} order by id`;
  expect(noted).toEqual([
    { user_id: null, action: 'export-account' },
    { user_id: null, action: 'delete-account' },
  ]);
});

test('every column that holds a person is one that the export and the deletion know', async () => {
  const columns = await database.admin<{ name: string }[]>`
    select table_schema || '.' || table_name || '.' || column_name as name
    from information_schema.columns
    join information_schema.tables using (table_schema, table_name)
    where table_type = 'BASE TABLE' and table_schema in ('auth', 'videos', 'votes')
      and column_name ~ 'user|voter|owner|player|person|organiser|subject|reporter|actor|mail|address|_name$|_by$'
    order by name`;
  // A new one: add it to exportPersonalData or to personal_data_v1 of its schema, to deleteAccount unless it may stay,
  // and to docs/personal-data.md.
  expect(columns.map(({ name }) => name)).toEqual([
    'auth.audit.subject_id',
    'auth.audit.user_id',
    'auth.email_codes.user_id',
    'auth.former_accounts.email_hash',
    'auth.former_accounts.user_id',
    'auth.known_addresses.address_hash',
    'auth.known_addresses.user_id',
    'auth.mails.email',
    'auth.mails.user_id',
    'auth.password_resets.user_id',
    'auth.sessions.user_id',
    ...['email', 'email_verified', 'first_name', 'guardian_name', 'last_name'].map(
      (column) => `auth.users.${column}`,
    ),
    'videos.audit.user_id',
    'videos.reports.user_id',
    'videos.uploads.user_id',
    'videos.videos.user_id',
    'votes.audit.user_id',
    'votes.result_rows.user_id',
    'votes.result_rows.username',
    'votes.voidings.voter_ids',
    'votes.votes.voter_id',
  ]);
});
