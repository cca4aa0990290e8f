import { randomBytes } from 'node:crypto';
import { untilWaiting } from '@anb/testing/waiting';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAuth, type TestAuth, type Tokens } from './setup.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await createAuth();
});
afterAll(() => auth.close());

const refresh = (refresh_token: string) => auth.send('POST', '/api/auth/refresh', { refresh_token });
const refreshed = async (token: string) => {
  const answer = await refresh(token);
  expect(answer.status).toBe(200);
  return (await answer.json()) as Tokens;
};
const refused = async (token: string) => {
  const answer = await refresh(token);
  expect(answer.status).toBe(401);
  expect(answer.headers.get('www-authenticate')).toBe('Bearer');
  expect(await answer.json()).toMatchObject({ code: 'invalid_refresh_token' });
};
const passes = (token: Tokens, seconds: number) => auth.database.admin`
  update auth.sessions
  set refreshed_at = refreshed_at - make_interval(secs => ${seconds}),
    expires_at = expires_at - make_interval(secs => ${seconds}),
    created_at = created_at - make_interval(secs => ${seconds})
  where id = ${sessionOf(token)}`;
const sessionOf = ({ access_token }: Tokens) => String(decodeJwt(access_token).sid);
const isSignedIn = async ({ access_token }: Tokens) =>
  (await auth.send('GET', '/api/auth/profile', undefined, `Bearer ${access_token}`)).status === 200;
const expectEnded = (tokens: Tokens) =>
  vi.waitFor(async () => expect(await isSignedIn(tokens)).toBe(false), { timeout: 5000, interval: 50 });

describe('a refresh', () => {
  test('answers as a login does, for the same session, with tokens that hold', async () => {
    const first = await auth.signIn();
    const answer = await refresh(first.refresh_token);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const second = (await answer.json()) as Tokens;
    expect(second).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    expect(sessionOf(second)).toBe(sessionOf(first));
    expect(second.refresh_token).not.toBe(first.refresh_token);
    expect(await isSignedIn(second)).toBe(true);
    await refreshed(second.refresh_token);
  });

  test('carries the role of the moment', async () => {
    const first = await auth.signIn();
    const { sub } = decodeJwt(first.access_token);
    await auth.database.admin`update auth.users set role = 'organiser' where id = ${Number(sub)}`;
    expect(decodeJwt((await refreshed(first.refresh_token)).access_token).role).toBe('organiser');
  });

  test('that is repeated because its answer was lost brings the same refresh token, also at once', async () => {
    const first = await auth.signIn();
    let atOnce: Promise<Tokens>[] = [];
    const { admin } = auth.database;
    await admin.begin(async (transaction) => {
      await transaction`select from auth.sessions where id = ${sessionOf(first)} for update`;
      atOnce = Array.from({ length: 5 }, () => refreshed(first.refresh_token));
      await untilWaiting(admin, 5);
    });
    const [lost, ...repeated] = await Promise.all(atOnce);
    for (const { refresh_token } of repeated) expect(refresh_token).toBe(lost?.refresh_token);
    await refreshed(lost?.refresh_token ?? '');
  });

  test('with a token whose successor has been used ends the whole session, and is told', async () => {
    const warn = vi.spyOn(auth.log, 'warn');
    const first = await auth.signIn();
    const second = await refreshed(first.refresh_token);
    const third = await refreshed(second.refresh_token);
    await refused(first.refresh_token);
    await refused(third.refresh_token);
    await expectEnded(third);
    const [session] = await auth.database.admin`
      select end_reason from auth.sessions where id = ${sessionOf(first)}`;
    expect(session).toEqual({ end_reason: 'reuse' });
    expect(warn).toHaveBeenCalledWith(
      expect.objectContaining({
        session_id: sessionOf(first),
        user_id: Number(decodeJwt(first.access_token).sub),
      }),
      expect.stringMatching(/^a refresh token was used again/),
    );
    expect(await auth.registry.metrics()).toContain('anb_auth_refresh_total{result="reused"} 1');
  });

  test('that is repeated after half a minute ends the whole session, and no other', async () => {
    const email = 'two-sessions@example.com';
    const [first, other] = [await auth.signIn(email), await auth.signIn(email)];
    const second = await refreshed(first.refresh_token);
    await passes(first, 31);
    await refused(first.refresh_token);
    await refused(second.refresh_token);
    await expectEnded(second);
    expect(await isSignedIn(other)).toBe(true);
  });

  test.each([
    ['30 days without one', 30 * 24 * 3600 + 1, 0],
    ['180 days, however often it was refreshed', 29 * 24 * 3600, 7],
  ])('is refused after %s', async (_what, seconds, times) => {
    let tokens = await auth.signIn();
    for (let n = 0; n < times; n++) {
      await passes(tokens, n === times - 1 ? 7 * 24 * 3600 : seconds);
      if (n < times - 1) tokens = await refreshed(tokens.refresh_token);
    }
    if (times === 0) await passes(tokens, seconds);
    await refused(tokens.refresh_token);
  });

  test('is refused after a logout', async () => {
    const { access_token, refresh_token } = await auth.signIn();
    await auth.send('POST', '/api/auth/logout', undefined, `Bearer ${access_token}`);
    await refused(refresh_token);
  });

  test.each([
    ['', 'nothing'],
    ['abc', 'a text'],
    [randomBytes(48).toString('base64url'), 'the token of no session'],
  ])('is refused with %j: %s', async (token) => refused(token));

  test('is refused with the secret of another session', async () => {
    const [mine, theirs] = [await auth.signIn('mine@example.com'), await auth.signIn('theirs@example.com')];
    const parts = [theirs, mine].map(({ refresh_token }) => Buffer.from(refresh_token, 'base64url'));
    const mixed = Buffer.concat([parts[0]?.subarray(0, 16) ?? '', parts[1]?.subarray(16) ?? ''] as Buffer[]);
    await refused(mixed.toString('base64url'));
  });

  test.each([
    [{}, 400],
    [{ refresh_token: 7 }, 400],
    [{ refresh_token: 'a'.repeat(201) }, 400],
  ])('with %j is malformed', async (body, status) => {
    expect((await auth.send('POST', '/api/auth/refresh', body)).status).toBe(status);
  });
});

describe('the cookie', () => {
  const origin = 'https://showcase.example.com';
  const signIn = async (headers: Record<string, string> = { origin }) => {
    const credentials = await auth.signUp();
    return auth.send('POST', '/api/auth/login', { ...credentials, refresh_cookie: true }, undefined, headers);
  };
  const cookieOf = (answer: Response) =>
    answer.headers.getSetCookie().find((cookie) => cookie.startsWith('anb_refresh')) ?? '';
  const pair = (answer: Response) => cookieOf(answer).split(';')[0] ?? '';
  const refreshBy = (cookie: string, headers: Record<string, string> = { origin }) =>
    auth.send('POST', '/api/auth/refresh', undefined, undefined, { cookie, ...headers });

  test('holds the refresh token out of reach of scripts, and the answer does not', async () => {
    const answer = await signIn();
    expect(answer.status).toBe(200);
    expect(await answer.json()).not.toHaveProperty('refresh_token');
    expect(cookieOf(answer)).toMatch(
      /^anb_refresh=[\w-]{64}; Max-Age=2592000; Path=\/api\/auth; HttpOnly; Secure; SameSite=Lax$/,
    );
  });

  test('is refreshed by its own page, again and again', async () => {
    const second = await refreshBy(pair(await signIn()));
    expect(second.status).toBe(200);
    const tokens = (await second.json()) as Tokens;
    expect(tokens).not.toHaveProperty('refresh_token');
    expect(await isSignedIn(tokens)).toBe(true);
    expect((await refreshBy(pair(second))).status).toBe(200);
  });

  test.each([
    ['another site', { origin: 'https://evil.example.com' }],
    ['a page without an origin', {}],
    ['a frame without one', { origin: 'null' }],
  ])('is not taken from %s, and keeps holding', async (_who, headers) => {
    const cookie = pair(await signIn());
    const answer = await refreshBy(cookie, headers as Record<string, string>);
    expect(answer.status).toBe(403);
    expect(await answer.json()).toMatchObject({ code: 'foreign_origin' });
    expect((await refreshBy(cookie)).status).toBe(200);
    expect((await signIn(headers as Record<string, string>)).status).toBe(403);
  });

  test('goes when it does not hold any more, and at a logout', async () => {
    const answer = await signIn();
    const { access_token } = (await answer.json()) as Tokens;
    const out = await auth.send('POST', '/api/auth/logout', undefined, `Bearer ${access_token}`, {
      cookie: pair(answer),
    });
    expect(cookieOf(out)).toMatch(/^anb_refresh=; Max-Age=0; Path=\/api\/auth/);
    const late = await refreshBy(pair(answer));
    expect(late.status).toBe(401);
    expect(cookieOf(late)).toMatch(/^anb_refresh=; Max-Age=0; Path=\/api\/auth/);
  });
});

test('logout-all ends every session of the account, and nobody else’s', async () => {
  const email = 'everywhere@example.com';
  const sessions = [await auth.signIn(email), await auth.signIn(email), await auth.signIn(email)];
  const other = await auth.signIn();
  const answer = await auth.send(
    'POST',
    '/api/auth/logout-all',
    undefined,
    `Bearer ${sessions[0]?.access_token}`,
  );
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual({ message: 'Logged out successfully' });
  for (const tokens of sessions) {
    await expectEnded(tokens);
    await refused(tokens.refresh_token);
  }
  expect(await isSignedIn(other)).toBe(true);
});

test('without a key to sign with nothing is begun or replaced: what was there holds when there is one again', async () => {
  const { admin } = auth.database;
  const credentials = await auth.signUp();
  const { access_token, refresh_token } = await auth.signIn();
  const login = () => auth.send('POST', '/api/auth/login', credentials);
  await admin`update auth.signing_keys set retired_at = now()`;
  await vi.waitFor(async () => expect((await login()).status).toBe(503), { timeout: 8000, interval: 50 });
  const sessions = () => admin`select id, refreshed_at from auth.sessions order by id`;
  const before = await sessions();
  for (const answer of [await login(), await refresh(refresh_token)]) expect(answer.status).toBe(503);
  expect(await sessions()).toEqual(before);
  await vi.waitFor(async () => expect(await isSignedIn({ access_token } as Tokens)).toBe(false), {
    timeout: 8000,
  });

  await admin`update auth.signing_keys set retired_at = null`;
  await vi.waitFor(async () => expect((await login()).status).toBe(200), { timeout: 8000, interval: 50 });
  await refreshed(refresh_token);
});
