import { createHash, randomUUID } from 'node:crypto';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { createAuth, person, type TestAuth, type Tokens } from './setup.ts';

let auth: TestAuth;
beforeAll(async () => {
  auth = await createAuth();
});
afterAll(() => auth.close());

const send: TestAuth['send'] = (...request) => auth.send(...request);
const signUp = (change: Record<string, unknown>) =>
  send('POST', '/api/auth/signup', { ...person, ...change });
const login = (email: string, password = person.password1) =>
  send('POST', '/api/auth/login', { email, password });

async function signedIn(email: string) {
  await signUp({ email });
  const tokens = (await (await login(email)).json()) as Tokens;
  return { ...tokens, authorization: `Bearer ${tokens.access_token}` };
}

describe('sign-up', () => {
  test('creates a player, whatever role is asked for', async () => {
    const answer = await signUp({ email: 'Rol@example.com', role: 'organiser', id: 9 });
    expect(answer.status).toBe(201);
    expect(await answer.json()).toEqual({ message: 'User created successfully' });
    expect(
      await auth.database.admin`select role, email from auth.users where email = 'Rol@example.com'`,
    ).toEqual([{ role: 'player', email: 'Rol@example.com' }]);
  });

  test('lets one of twenty simultaneous sign-ups with one e-mail through', async () => {
    const answers = await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        signUp({ email: n % 2 ? 'race@example.com' : 'RACE@example.com' }),
      ),
    );
    const refused = answers.filter(({ status }) => status === 400);
    expect(answers.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(refused).toHaveLength(19);
    expect(await refused[0]?.json()).toMatchObject({ code: 'email_taken' });
  });

  test.each([
    ['passwords that differ', { password2: 'another-one' }, 'passwords_differ', 'password2'],
    ['a short password', { password1: 'short', password2: 'short' }, 'invalid_input', 'password1'],
    [
      'a password of 129 characters',
      { password1: 'a'.repeat(129), password2: 'a'.repeat(129) },
      'invalid_input',
      'password1',
    ],
    ['a common password', { password1: 'Iloveyou', password2: 'Iloveyou' }, 'invalid_input', 'password1'],
    [
      'the name for a password',
      { password1: 'valentina ríos', password2: 'valentina ríos' },
      'invalid_input',
      'password1',
    ],
    ['a first name of one letter', { first_name: 'V' }, 'invalid_input', 'first_name'],
    ['a city of 51 characters', { city: 'b'.repeat(51) }, 'invalid_input', 'city'],
    ['a name of spaces', { last_name: '     ' }, 'invalid_input', 'last_name'],
    ['an e-mail that is none', { email: 'valentina' }, 'invalid_input', 'email'],
    ['no country', { country: undefined }, 'invalid_input', 'country'],
    ['a number for a name', { first_name: 12 }, 'invalid_input', 'first_name'],
  ])('refuses %s', async (_what, change, code, field) => {
    const answer = await signUp({ email: 'bad@example.com', ...change });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({
      code,
      details: expect.arrayContaining([expect.objectContaining({ field })]),
    });
  });

  test('keeps no password, only its argon2id hash', async () => {
    await signUp({ email: 'hash@example.com' });
    const [row] = await auth.database.admin`select * from auth.users where email = 'hash@example.com'`;
    expect(row?.password_hash).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    expect(JSON.stringify(row)).not.toContain(person.password1);
  });
});

describe('login', () => {
  test('answers tokens, stores the session, and only a hash of the refresh token', async () => {
    await signUp({ email: 'in@example.com' });
    const answer = await login('IN@example.com');
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const tokens = (await answer.json()) as Tokens;
    expect(tokens).toMatchObject({ token_type: 'Bearer', expires_in: 3600 });
    const claims = decodeJwt(tokens.access_token);
    expect((claims.exp ?? 0) - (claims.iat ?? 0)).toBe(3600);
    const [stored] = await auth.database.admin`select * from auth.sessions where id = ${String(claims.sid)}`;
    const secret = Buffer.from(tokens.refresh_token, 'base64url').subarray(16);
    expect(stored?.refresh_hash).toEqual(createHash('sha256').update(secret).digest());
  });

  test('answers the same for a wrong password and an unknown e-mail', async () => {
    await signUp({ email: 'same@example.com' });
    const answers = await Promise.all([
      login('same@example.com', 'wrong-password'),
      login('nobody@example.com'),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(401);
      expect(await answer.json()).toMatchObject({
        error: 'Invalid credentials',
        code: 'invalid_credentials',
      });
    }
  });

  test.each([
    {},
    { email: 'a@example.com' },
    { email: 7, password: 'x' },
    { email: 'a@example.com', password: '' },
  ])('refuses %j', async (body) => {
    const answer = await send('POST', '/api/auth/login', body);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'invalid_input' });
  });
});

describe('the profile', () => {
  test('is who I am, without secrets', async () => {
    const { authorization } = await signedIn('me@example.com');
    const answer = await send('GET', '/api/auth/profile', undefined, authorization);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({
      id: expect.any(Number),
      first_name: 'Valentina',
      last_name: 'Ríos',
      email: 'me@example.com',
      email_verified: false,
      city: 'Bogotá',
      country: 'Colombia',
      role: 'player',
      created_at: expect.stringMatching(/^\d{4}-.*Z$/),
      updated_at: expect.stringMatching(/^\d{4}-.*Z$/),
    });
  });

  test('changes in the fields that are sent, and in what they are compared by', async () => {
    const { authorization } = await signedIn('move@example.com');
    const answer = await send(
      'PATCH',
      '/api/auth/profile',
      { city: 'Medellín', role: 'organiser', email: 'x@y.z' },
      authorization,
    );
    expect(answer.status).toBe(200);
    expect(await answer.json()).toMatchObject({
      city: 'Medellín',
      first_name: 'Valentina',
      role: 'player',
      email: 'move@example.com',
    });
    expect(
      await auth.database.admin`select city_key, name_key from auth.users where email = 'move@example.com'`,
    ).toEqual([{ city_key: 'medellin', name_key: 'valentina rios' }]);
  });

  test.each([
    ['GET', undefined],
    ['PATCH', { city: 'Cali' }],
  ])('%s needs a token', async (method, body) => {
    const answer = await send(method, '/api/auth/profile', body);
    expect(answer.status).toBe(401);
    expect(answer.headers.get('www-authenticate')).toBe('Bearer');
    expect(await answer.json()).toMatchObject({ code: 'unauthorized' });
  });

  test.each([
    ['no body', {}, undefined, 400],
    ['a body of no type', {}, '{"city":"Cali"}', 415],
    ['a type and no body', { 'content-type': 'application/json' }, undefined, 400],
    ['an empty body', { 'content-type': 'application/json' }, '', 400],
  ])('is not changed by %s', async (_what, headers, body, status) => {
    const { authorization } = await signedIn(`unchanged-${randomUUID()}@example.com`);
    const profile = async () => (await send('GET', '/api/auth/profile', undefined, authorization)).json();
    const before = await profile();
    const answer = await auth.app.request('/api/auth/profile', {
      method: 'PATCH',
      headers: { authorization, ...headers },
      ...(body !== undefined && { body: new TextEncoder().encode(body) }),
    });
    expect(answer.status).toBe(status);
    expect(await profile()).toEqual(before);
  });

  test('stays as it is, with its time, when no field of it is sent', async () => {
    const { authorization } = await signedIn('nothing@example.com');
    const before = await (await send('GET', '/api/auth/profile', undefined, authorization)).json();
    const answer = await send('PATCH', '/api/auth/profile', { role: 'organiser' }, authorization);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual(before);
  });

  test('refuses a city that is too short', async () => {
    const { authorization } = await signedIn('short@example.com');
    const answer = await send('PATCH', '/api/auth/profile', { city: 'x' }, authorization);
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ details: [{ field: 'city' }] });
  });
});

describe('logout', () => {
  test('ends the session: its token is refused within two seconds', async () => {
    const { authorization } = await signedIn('out@example.com');
    const answer = await send('POST', '/api/auth/logout', undefined, authorization);
    expect(answer.status).toBe(200);
    expect(await answer.json()).toEqual({ message: 'Logged out successfully' });
    await vi.waitFor(
      async () => expect((await send('GET', '/api/auth/profile', undefined, authorization)).status).toBe(401),
      { timeout: 2000, interval: 50 },
    );
  });
});

describe('what anybody may read', () => {
  test('the public keys hold no private part, and may be kept for less than a new one waits', async () => {
    const answer = await send('GET', '/.well-known/jwks.json');
    expect(answer.headers.get('cache-control')).toBe('public, max-age=60');
    const { keys } = (await answer.json()) as { keys: object[] };
    expect(keys).toHaveLength(1);
    expect(keys[0]).toMatchObject({ kty: 'EC', crv: 'P-256', alg: 'ES256', use: 'sig' });
    expect(keys[0]).not.toHaveProperty('d');
  });

  test('the health says the version', async () => {
    expect(await (await send('GET', '/health')).json()).toMatchObject({
      status: 'healthy',
      version: '1.2.3',
    });
  });
});
