import { hash as bcrypt } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createAuth, person, type TestAuth } from './setup.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await createAuth();
});
afterAll(() => auth.close());

const guess = (email: string) => auth.send('POST', '/api/auth/login', { email, password: 'wrong-password' });

test('a wrong password is answered no sooner than any hash takes, so that the time tells nothing', async () => {
  const known = await auth.signUp();
  const imported = await auth.signUp();
  await auth.database.admin`
    update auth.users
    set password_hash = ${await bcrypt(person.password1, { cost: 10 })}
    where email = ${imported.email}`;
  for (const { email } of [known, { email: 'nobody@example.com' }, imported]) {
    const start = performance.now();
    expect((await guess(email)).status).toBe(401);
    expect(performance.now() - start).toBeGreaterThan(590);
  }
});

test('a sixth wrong password is put off: 429 with the time to wait', async () => {
  await Promise.all(Array.from({ length: 5 }, () => guess('guessed@example.com')));
  await auth.database.admin`
    update auth.throttles set at = clock_timestamp() + interval '1 minute' where key like 'sign_in_account:%'`;
  const answer = await guess('guessed@example.com');
  expect(answer.status).toBe(429);
  expect(answer.headers.get('retry-after')).toMatch(/^6[01]$/);
  expect(await answer.json()).toMatchObject({
    code: 'too_many_requests',
    error: expect.stringMatching(/^Too many attempts to sign in. A reset .* Try again in 6[01] s.$/),
  });
  const metrics = await auth.registry.metrics();
  expect(metrics).toContain('anb_auth_login_total{result="throttled"} 1');
  expect(metrics).toContain('anb_throttled_total{limit="sign_in_account"} 1');
});

test('three hundred may sign up at once behind one address; what is refused for its form does not count', async () => {
  const signUp = (change = {}) =>
    auth.send('POST', '/api/auth/signup', { ...person, email: 'taken@example.com', ...change });
  await auth.database.admin`
    insert into auth.throttles (key, level, at) values ('sign_up:unknown', 299, clock_timestamp())
    on conflict (key) do update set level = excluded.level, at = excluded.at`;
  for (let n = 0; n < 5; n++) expect((await signUp({ password2: 'another-password' })).status).toBe(400);
  for (const status of [201, 429]) expect((await signUp()).status).toBe(status);
  expect(await auth.registry.metrics()).toContain('anb_throttled_total{limit="sign_up"} 1');
});

describe('a browser', () => {
  const origin = 'https://showcase.example.com';
  const signIn = (credentials: object, cookie?: string) =>
    auth.send('POST', '/api/auth/login', { ...credentials, refresh_cookie: true }, undefined, {
      origin,
      ...(cookie && { cookie }),
    });
  const browserOf = (answer: Response) =>
    answer.headers.getSetCookie().find((cookie) => cookie.startsWith('anb_browser')) ?? '';

  test('is known by a cookie: whatever others fail, at its own address too, its owner comes in', async () => {
    await auth.database.admin`delete from auth.throttles`;
    const credentials = await auth.signUp();
    const { email } = credentials;
    const cookie = browserOf(await signIn(credentials));
    expect(cookie).toMatch(
      /^anb_browser=[\w-]{22}; Max-Age=34560000; Path=\/api\/auth\/login; HttpOnly; Secure; SameSite=Lax$/,
    );
    const [pair] = cookie.split(';');
    // Its address is known too, and somebody else there guesses.
    await auth.signIn(email);
    for (let n = 0; n < 6; n++) await guess(email);
    await auth.database.admin`
      update auth.throttles set at = clock_timestamp() + interval '1 minute' where key like 'sign_in_account:%'`;
    expect((await guess(email)).status).toBe(429);
    for (let n = 0; n < 2; n++) {
      const answer = await signIn(credentials, pair);
      expect(answer.status).toBe(200);
      expect(browserOf(answer)).toBe(cookie);
    }
    expect((await signIn(credentials)).status).toBe(429);
    expect((await signIn(credentials, `anb_browser=${'a'.repeat(22)}`)).status).toBe(429);
    expect(await auth.database.admin`select from auth.throttles where key like '%browser%'`).toEqual([]);
  });
});
