import { randomUUID } from 'node:crypto';
import { noteSecrets } from '@anb/testing/logs';
import { MailServer } from '@anb/testing/mail-server';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type RunningAuth, startAuth, startPublisher } from './mail-setup.ts';
import { PASSWORD, person } from './setup.ts';

let auth: RunningAuth;
let server: MailServer;
let publisher: ReturnType<typeof startPublisher>;
const NEW = 'otro-pase-largo-8';
const REFUSED = { status: 400, body: { code: 'invalid_input', details: [{ field: 'password1' }] } };

beforeAll(async () => {
  noteSecrets(NEW);
  auth = await startAuth();
  server = await MailServer.start();
  publisher = startPublisher(auth, server.port);
});
afterAll(async () => {
  await publisher.stop();
  await server.close();
  await auth.stop();
});

/** The nth mail about something, when it has come. */
const mailTo = (email: string, subject: RegExp, nth = 0) =>
  vi.waitFor(
    () => {
      const mail = server.to(email).filter(({ text }) => subject.test(text))[nth];
      if (!mail) throw new Error(`no mail ${nth} about ${subject}`);
      return mail;
    },
    { timeout: 20_000, interval: 20 },
  );
const codeTo = async (email: string, nth = 0) =>
  /^ +(\d{6})$/m.exec((await mailTo(email, /código/, nth)).text)?.[1] ?? '';
const tokenTo = async (email: string, nth = 0) =>
  /^https:\/\/anb\.example\/restablecer#token=([\w-]{43})\s*$/m.exec(
    (await mailTo(email, /abre este enlace/, nth)).text,
  )?.[1] ?? '';
const other = (code: string, n = 1) => String((Number(code) + n) % 1_000_000).padStart(6, '0');
const verify = (code: string, authorization: string) => auth.post('verify-email', { code }, authorization);
const resend = (authorization: string) => auth.post('verify-email/resend', undefined, authorization);
const forgot = (email: string) => auth.post('password/forgot', { email });
const reset = (token: string, password = NEW) =>
  auth.post('password/reset', { token, password1: password, password2: password });
const change = (current: string, authorization: string, password = NEW) =>
  auth.post('password', { current, password1: password, password2: password }, authorization);
const codesOf = (email: string) =>
  auth.admin`
    select from auth.email_codes c join auth.users u on u.id = c.user_id
    where u.email = ${email}`;
const isVerified = async (email: string) =>
  (await auth.admin`select email_verified from auth.users where email = ${email}`)[0]?.email_verified;
/** As if so much time had gone by. */
const forgetLimits = () => auth.admin`delete from auth.throttles`;

describe('verifying an e-mail', () => {
  test('takes the code that sign-up has sent', async () => {
    const { email, authorization } = await auth.join();
    expect((await mailTo(email, /código/)).headers).toMatch(/^Subject: .*Tu_c=C3=B3digo/m);
    expect(await verify(await codeTo(email), authorization)).toMatchObject({
      status: 200,
      body: { message: 'E-mail verified' },
    });
    expect(await isVerified(email)).toBe(true);
  });

  test('carries no words of whoever signs up to an address that is not proved to be theirs', async () => {
    const { email, authorization } = await auth.join({ first_name: 'Gana en https://spam.example' });
    await forgot(email);
    for (const { text, headers } of [await mailTo(email, /código/), await mailTo(email, /abre este enlace/)])
      expect(text.startsWith('Hola:\r\n') && !/spam/.test(headers)).toBe(true);
    await verify(await codeTo(email), authorization);
    await change(PASSWORD, authorization);
    expect((await mailTo(email, /acaba de cambiar/)).text).toMatch(/^Hola, Gana en/);
  });

  test('is what mails about clips need, whose titles are words of their own', async () => {
    const { email, authorization } = await auth.join();
    const code = await codeTo(email);
    const note = (title: string) => auth.admin`
      select auth.note_clip_v1(id, gen_random_uuid(), 'clip_ready', ${title}, null)
      from auth.users where email = ${email}`;
    await note('Gana en https://spam.example');
    await vi.waitFor(async () => expect(await auth.admin`select from auth.mails`).toEqual([]), 10_000);
    await verify(code, authorization);
    await note('Triple');
    await mailTo(email, /«Triple»/);
    expect(server.to(email).filter(({ text }) => /está listo/.test(text))).toHaveLength(1);
  });

  test('takes a code once; who is verified stays so, whatever is sent', async () => {
    const { email, authorization } = await auth.join();
    const code = await codeTo(email);
    const answers = await Promise.all([verify(code, authorization), verify(code, authorization)]);
    expect(answers.map(({ status }) => status)).toEqual([200, 200]);
    expect(await codesOf(email)).toEqual([]);
    expect(await verify(other(code), authorization)).toMatchObject({ status: 200 });
    expect(await resend(authorization)).toMatchObject({ status: 400, body: { code: 'already_verified' } });
  });

  test('bears five wrong codes, also when fifty come at once, and no right one after them', async () => {
    const { email, authorization } = await auth.join();
    const code = await codeTo(email);
    await auth.admin`update auth.email_codes set tries_left = 5`;
    const guesses = await Promise.all(
      Array.from({ length: 50 }, async (_, n) => {
        await forgetLimits();
        return verify(other(code, n + 1), authorization);
      }),
    );
    expect(guesses.filter(({ body }) => body.code === 'wrong_code')).toHaveLength(5);
    await forgetLimits();
    expect(await verify(code, authorization)).toMatchObject({ status: 400, body: { code: 'code_expired' } });
    expect(await isVerified(email)).toBe(false);
  });

  test('slows down who guesses, and has a new code sent once a minute', async () => {
    const { email, authorization } = await auth.join();
    await codeTo(email);
    const guesses = await Promise.all(Array.from({ length: 12 }, () => verify('000000', authorization)));
    const refused = guesses.filter(({ status }) => status === 429);
    expect(refused.length).toBeGreaterThanOrEqual(2);
    expect(Number(refused[0]?.retryAfter)).toBeGreaterThan(0);
    expect((await resend(authorization)).status).toBe(200);
    expect((await resend(authorization)).status).toBe(429);
  });

  test('has no more than six codes sent in a row', async () => {
    const { authorization } = await auth.join();
    for (let n = 0; n < 6; n++) {
      expect((await resend(authorization)).status).toBe(200);
      await auth.admin`delete from auth.throttles where key like 'email_code_minute:%'`;
    }
    const { status, retryAfter } = await resend(authorization);
    expect(status).toBe(429);
    expect(Number(retryAfter)).toBeGreaterThan(600);
  });

  test('takes an earlier code beside the one that was sent again, but none after a quarter of an hour', async () => {
    const { email, authorization } = await auth.join();
    const first = await codeTo(email);
    await resend(authorization);
    const second = await codeTo(email, 1);
    await auth.admin`
      update auth.email_codes set expires_at = expires_at - interval '15 minutes'
      where user_id = (select id from auth.users where email = ${email})`;
    expect(await verify(second, authorization)).toMatchObject({ body: { code: 'code_expired' } });
    await auth.admin`
      update auth.email_codes set expires_at = expires_at + interval '15 minutes'
      where user_id = (select id from auth.users where email = ${email})`;
    expect(await verify(first, authorization)).toMatchObject({ status: 200 });
    expect(await codesOf(email)).toEqual([]);
  });

  test("does not take another account's code", async () => {
    const [ana, eva] = [await auth.join(), await auth.join()];
    const [code, own] = [await codeTo(ana.email), await codeTo(eva.email)];
    if (code !== own) expect((await verify(code, eva.authorization)).status).toBe(400);
    expect((await verify(own, eva.authorization)).status).toBe(200);
  });

  test.each(['12345', '1234567', 'abcdef', '١٢٣٤٥٦'])('refuses %j, which is not six digits', async (code) => {
    const { authorization } = await auth.join();
    expect(await verify(code, authorization)).toMatchObject({
      status: 400,
      body: { code: 'invalid_input', details: [{ field: 'code' }] },
    });
  });
});

describe('a forgotten password', () => {
  test('is set anew by the link, which ends every session, verifies the address and is told of', async () => {
    const { email, authorization } = await auth.join();
    expect(await forgot(email.toUpperCase())).toMatchObject({ status: 200 });
    expect(await reset(await tokenTo(email))).toMatchObject({
      status: 200,
      body: { message: 'Password changed' },
    });
    expect((await auth.login(email)).status).toBe(401);
    expect((await auth.login(email, NEW)).status).toBe(200);
    expect(await isVerified(email)).toBe(true);
    await mailTo(email, /acaba de cambiar/);
    await vi.waitFor(async () => expect(await auth.statusOfProfile(authorization)).toBe(401), {
      timeout: 10_000,
    });
  });

  test('by a link makes the address known where it was followed, and codes useless', async () => {
    const email = `${randomUUID()}@correo.anb.co`;
    await auth.post('signup', { ...person, email });
    await codeTo(email);
    await forgot(email);
    expect((await reset(await tokenTo(email))).status).toBe(200);
    expect(await codesOf(email)).toEqual([]);
    const known = await auth.admin`
      select from auth.known_addresses k join auth.users u on u.id = k.user_id
      where u.email = ${email}`;
    expect(known).toHaveLength(1);
  });

  test.each<[string, (n: number) => ReturnType<typeof forgot>]>([
    ['asked for', (n) => forgot(`nadie-${n}@correo.anb.co`)],
    ['set', () => reset('x')],
  ])('is not %s without end from one address', async (_what, ask) => {
    await forgetLimits();
    const answers = await Promise.all(Array.from({ length: 70 }, (_, n) => ask(n)));
    expect(answers.some(({ status }) => status === 429)).toBe(true);
    await forgetLimits();
  });

  test('is not set to what is tried first; the link stays good', async () => {
    const { email } = await auth.join();
    await forgot(email);
    const token = await tokenTo(email);
    for (const tooEasy of [email, 'password1']) expect(await reset(token, tooEasy)).toMatchObject(REFUSED);
    expect(await reset(token)).toMatchObject({ status: 200 });
  });

  test('is set once by a link, also when twenty come at once, and by no other link of the account', async () => {
    const { email } = await auth.join();
    await forgot(email);
    await forgot(email);
    const tokens = [await tokenTo(email), await tokenTo(email, 1)];
    await forgot(email);
    const answers = await Promise.all(Array.from({ length: 20 }, () => reset(tokens[0] ?? '')));
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    for (const { status, body } of [...answers, await reset(tokens[1] ?? '')])
      if (status !== 200)
        expect({ status, code: body.code }).toEqual({ status: 400, code: 'invalid_reset_token' });
  });

  test('is not set by a link that is an hour old, nor by what is none', async () => {
    const { email } = await auth.join();
    await forgot(email);
    const token = await tokenTo(email);
    await auth.admin`update auth.password_resets set expires_at = expires_at - interval '1 hour'`;
    for (const wrong of [token, 'x', token.slice(1)])
      expect(await reset(wrong)).toMatchObject({ status: 400, body: { code: 'invalid_reset_token' } });
    expect((await auth.login(email)).status).toBe(200);
  });

  test('has the same answer and the same statements for an address that nobody has', async () => {
    const { email } = await auth.join();
    const ask = async (address: string) => {
      auth.queries.length = 0;
      const answer = await forgot(address);
      return { answer, statements: [...auth.queries], written: await writes() };
    };
    const writes = async () =>
      (await auth.admin`select kind from auth.mails where kind = 'reset_password'`).length;
    await publisher.stop();
    await auth.admin`delete from auth.mails`;
    const known = await ask(email);
    const unknown = await ask('nadie@correo.anb.co');
    expect(known.answer.status).toBe(200);
    expect(unknown.answer).toEqual(known.answer);
    expect(unknown.statements).toEqual(known.statements);
    // What is written is what takes its time.
    expect([known.written, unknown.written]).toEqual([1, 2]);
    publisher = startPublisher(auth, server.port);
  });

  test('is asked for three times in a row, whether there is an account or not', async () => {
    const { email } = await auth.join();
    for (const address of [email, 'ninguno@correo.anb.co']) {
      for (let n = 0; n < 3; n++) expect((await forgot(address)).status).toBe(200);
      expect((await forgot(address.toUpperCase())).status).toBe(429);
    }
  });

  test.each([
    [{ password1: 'short', password2: 'short' }, 'invalid_input'],
    [{ password1: NEW, password2: PASSWORD }, 'passwords_differ'],
  ])('keeps the rules of sign-up: %j', async (passwords, code) => {
    const { email } = await auth.join();
    await forgot(email);
    const token = await tokenTo(email);
    expect(await auth.post('password/reset', { token, ...passwords })).toMatchObject({
      status: 400,
      body: { code },
    });
    expect((await reset(token)).status).toBe(200);
  });
});

describe('changing a password', () => {
  test('needs the current one, ends the other sessions, goes on with this one, and is told of', async () => {
    const { email, authorization } = await auth.join();
    const elsewhere = await auth.login(email);
    expect(await change('not-this-one', authorization)).toMatchObject({
      status: 400,
      body: { code: 'wrong_password', details: [{ field: 'current' }] },
    });
    expect(await change(PASSWORD, authorization)).toMatchObject({ status: 200 });
    await mailTo(email, /acaba de cambiar/);
    await vi.waitFor(async () => expect(await auth.statusOfProfile(elsewhere.authorization)).toBe(401), {
      timeout: 10_000,
    });
    expect(await auth.statusOfProfile(authorization)).toBe(200);
    expect((await auth.login(email, NEW)).status).toBe(200);
  });

  test('takes none that is tried first', async () => {
    const { email, authorization } = await auth.join();
    for (const tooEasy of [email, 'password1'])
      expect(await change(PASSWORD, authorization, tooEasy)).toMatchObject(REFUSED);
    expect((await auth.login(email)).status).toBe(200);
  });

  test('makes links useless that were sent before', async () => {
    const { email, authorization } = await auth.join();
    await forgot(email);
    const token = await tokenTo(email);
    await change(PASSWORD, authorization);
    expect(await reset(token, 'un-tercer-pase-9')).toMatchObject({ body: { code: 'invalid_reset_token' } });
  });

  test('can not be tried without end', async () => {
    const { authorization } = await auth.join();
    const answers = await Promise.all(Array.from({ length: 8 }, () => change('guess', authorization)));
    expect(answers.filter(({ status }) => status === 429)).toHaveLength(3);
  });

  test('of two at once counts one', async () => {
    const { authorization } = await auth.join();
    const answers = await Promise.all([
      change(PASSWORD, authorization),
      change(PASSWORD, authorization, 'un-tercer-pase-9'),
    ]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 400]);
  });
});

test.each(['verify-email', 'verify-email/resend', 'password'])('%s needs a token', async (path) => {
  expect((await auth.post(path, {})).status).toBe(401);
});
