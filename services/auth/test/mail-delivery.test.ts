import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { getCACertificates, setDefaultCACertificates } from 'node:tls';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { openDatabase } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { createAuthority } from '@anb/testing/certificates';
import { keptLog } from '@anb/testing/logs';
import { MailServer } from '@anb/testing/mail-server';
import { TcpProxy } from '@anb/testing/tcp-proxy';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from 'vitest';
import { createMailSender, RecipientRefused } from '../src/mail-sender.ts';
import { storeReset } from '../src/store/password-changes.ts';
import { FROM, type RunningAuth, startAuth, startPublisher } from './mail-setup.ts';
import { PASSWORD, person } from './setup.ts';

let auth: RunningAuth;
let server: MailServer;
const stops: (() => Promise<unknown>)[] = [];
const log = keptLog('auth');
const folder = mkdtempSync(join(tmpdir(), 'anb-mail-'));
const PATIENCE = { timeout: 20_000, interval: 50 };

beforeAll(async () => {
  auth = await startAuth();
});
beforeEach(async () => {
  await auth.admin`delete from auth.mails`;
  server = await MailServer.start();
});
afterEach(async () => {
  await Promise.all(stops.splice(0).map((stop) => stop()));
  await server.close();
});
afterAll(async () => {
  await auth.stop();
  rmSync(folder, { recursive: true });
});

const replica = (port = server.port) => {
  const publisher = startPublisher(auth, port);
  stops.push(publisher.stop);
  return publisher;
};
const waiting = () =>
  auth.admin<{ attempts: number; last_error: string | null }[]>`
    select attempts, last_error from auth.mails`;
const untilNoneWaits = () => vi.waitFor(async () => expect(await waiting()).toEqual([]), PATIENCE);
const dueNow = () => auth.admin`update auth.mails set due_at = now()`;
const untilFailed = () =>
  vi.waitFor(async () => {
    const [mail] = await waiting();
    expect(mail?.last_error).toBeTruthy();
    return mail;
  }, PATIENCE);

describe('the outbox', () => {
  test('is emptied by two replicas without a mail sent twice', async () => {
    const people = await Promise.all(Array.from({ length: 12 }, () => auth.join()));
    const answer = Promise.withResolvers<void>();
    server.hold = answer.promise;
    const replicas = [replica(), replica()];
    // Both have their hands full: what one has taken the other must not see.
    await vi.waitFor(() => expect(server.received.length).toBeGreaterThanOrEqual(6), PATIENCE);
    answer.resolve();
    await untilNoneWaits();
    for (const { email } of people) expect(server.to(email)).toHaveLength(1);
    const sent = await Promise.all(replicas.map(({ count }) => count('sent')));
    expect((sent[0] ?? 0) + (sent[1] ?? 0)).toBe(12);
  });

  test('waits while the server is away and goes on when it is back', async () => {
    const { port } = server;
    await server.close();
    const { email } = await auth.join();
    const publisher = replica(port);
    expect(await untilFailed()).toMatchObject({ last_error: expect.stringMatching(/ECONNREFUSED/) });
    server = await MailServer.start(undefined, port);
    await dueNow();
    await untilNoneWaits();
    expect(server.to(email)).toHaveLength(1);
    expect(await publisher.count('sent')).toBe(1);
    expect(await publisher.count('failed')).toBeGreaterThan(0);
  });

  test('holds mails back for longer after each failure, and gives up after a day', async () => {
    await auth.join();
    await auth.admin`update auth.mails set attempts = 5`;
    const { port } = server;
    await server.close();
    const publisher = replica(port);
    await untilFailed();
    const [mail] = await auth.admin<{ pause: number }[]>`
      select extract(epoch from due_at - now())::float8 as pause from auth.mails`;
    expect(mail?.pause).toBeGreaterThan(150);
    await auth.admin`update auth.mails set due_at = now(), created_at = now() - interval '25 hours'`;
    await untilNoneWaits();
    expect(await publisher.count('given_up')).toBe(1);
    server = await MailServer.start(undefined, port);
  });

  test('drops what a recipient refuses for good, and only that', async () => {
    const [gone, busy, well] = [await auth.join(), await auth.join(), await auth.join()];
    server.answers.set(gone.email, 550);
    server.answers.set(busy.email, 450);
    const publisher = replica();
    await vi.waitFor(() => expect(server.to(well.email)).toHaveLength(1), PATIENCE);
    await untilFailed();
    expect(await waiting()).toEqual([{ attempts: 1, last_error: expect.stringContaining('(address)') }]);
    expect(await publisher.count('refused')).toBe(1);
    server.answers.clear();
    await dueNow();
    await untilNoneWaits();
    expect(server.to(busy.email)).toHaveLength(1);
    expect(server.to(gone.email)).toEqual([]);
  });

  test.each([
    [554, '5.7.1 Relay access denied', 'failed'],
    [550, '5.7.1 Client host blocked', 'failed'],
    [530, 'Authentication required', 'failed'],
    [553, '5.1.8 Sender address rejected', 'failed'],
    [550, '5.1.1 No such user', 'refused'],
    [552, '5.2.2 Mailbox full', 'refused'],
    [551, 'User not local', 'refused'],
  ])('that is answered %i %s at its recipient has %s', async (code, words, result) => {
    const { email } = await auth.join();
    server.answers.set(email, code);
    server.echo = () => words;
    const publisher = replica();
    await vi.waitFor(async () => expect(await publisher.count(result)).toBe(1), PATIENCE);
    expect(await waiting()).toHaveLength(result === 'failed' ? 1 : 0);
  });

  test('says of a failure nothing that names the recipient, in whatever case a server repeats it', async () => {
    // nodemailer writes domains in lower case, so the server has not what was typed either.
    const email = `Luz.O'Mar+${randomUUID()}@Correo.ANB.co`;
    await auth.post('signup', { ...person, email });
    server.answers.set(email.replace('Correo.ANB', 'correo.anb'), 450);
    server.echo = (address) => `Mailbox ${address} (${address.toUpperCase()}) is full`;
    replica();
    expect((await untilFailed())?.last_error).toMatch(/450 Mailbox \(address\) \(\(address\)\) is full$/);
  });

  test('sends again what a replica was killed over after the server had it, under the same Message-ID', async () => {
    const { email } = await auth.join();
    const answer = Promise.withResolvers<void>();
    server.hold = answer.promise;
    const program = fileURLToPath(new URL('./mail-replica.ts', import.meta.url));
    const url = `smtp://127.0.0.1:${server.port}`;
    const killed = spawn(process.execPath, [program, auth.database.url('anb_auth'), url], {
      stdio: 'inherit',
    });
    await vi.waitFor(() => expect(server.to(email)).toHaveLength(1), PATIENCE);
    killed.kill('SIGKILL');
    await once(killed, 'exit');
    answer.resolve();
    replica();
    await untilNoneWaits();
    const ids = server.to(email).map(({ headers }) => /^message-id: (.*)$/im.exec(headers)?.[1]);
    expect(ids).toHaveLength(2);
    expect(ids[0]).toBe(ids[1]);
    // The code of either holds, whichever the person reads.
    const code = /\d{6}/.exec(server.to(email)[0]?.text ?? '')?.[0];
    const { authorization } = await auth.login(email);
    expect(await auth.post('verify-email', { code }, authorization)).toMatchObject({ status: 200 });
  });

  test('leaves no request waiting for a server that says nothing', async () => {
    const silent = Promise.withResolvers<void>();
    server.hold = silent.promise;
    replica();
    await auth.join();
    await vi.waitFor(() => expect(server.received).not.toEqual([]), PATIENCE);
    const { authorization } = await auth.join();
    expect(await auth.post('verify-email', { code: '000000' }, authorization)).toMatchObject({ status: 400 });
    silent.resolve();
  });

  test('sends nothing to who has verified meanwhile, nor to an account that is gone', async () => {
    const { email } = await auth.join();
    await auth.admin`update auth.users set email_verified = true where email = ${email}`;
    await auth.admin`insert into auth.mails (user_id, kind) values (-1, 'password_changed'), (null, 'reset_password')`;
    const publisher = replica();
    await untilNoneWaits();
    expect(server.received).toEqual([]);
    expect(await publisher.count('sent')).toBe(0);
  });

  test('tells who deleted the account, where the address is theirs, and of nothing else any more', async () => {
    const [proved, unproved] = [await auth.join(), await auth.join()];
    await auth.admin`update auth.users set email_verified = true where email = ${proved.email}`;
    for (const { authorization } of [proved, unproved])
      expect((await auth.remove(authorization)).status).toBe(202);
    replica();
    await untilNoneWaits();
    expect(server.received).toEqual([
      {
        to: [proved.email],
        headers: expect.any(String),
        text: expect.stringMatching(/^Hola:\s+Eliminamos tu cuenta/),
      },
    ]);
  });

  describe('with a link asked for and a password changed at the same time', () => {
    const hash = Buffer.alloc(32);
    const askForLink = async () => {
      const { email, authorization } = await auth.join();
      await auth.post('password/forgot', { email });
      await auth.admin`delete from auth.mails where kind <> 'reset_password'`;
      const [mail] = await auth.admin<{ id: string }[]>`select id from auth.mails`;
      const passwords = { current: PASSWORD, password1: 'otro-pase-largo-8', password2: 'otro-pase-largo-8' };
      return { mail: mail?.id ?? '', email, change: () => auth.post('password', passwords, authorization) };
    };
    const links = () => auth.admin`select from auth.password_resets`;
    const untilLocked = () =>
      vi.waitFor(async () => {
        const locked = await auth.admin`
          select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'`;
        expect(locked).toHaveLength(1);
      }, PATIENCE);

    test('sends none when the change comes after the mail was taken', async () => {
      const { email, change } = await askForLink();
      const url = new URL(auth.database.url('anb_auth'));
      const proxy = await TcpProxy.start(Number(url.port));
      stops.push(() => proxy.close());
      const made = proxy.hold('request', 'insert into auth.password_resets');
      url.port = String(proxy.port);
      const sql = openDatabase({ url: url.href, max: 2, applicationName: 'replica' });
      stops.push(() => sql.end());
      const publisher = startPublisher(auth, server.port, { sql });
      await made.met;
      expect((await change()).status).toBe(200);
      made.release();
      await vi.waitFor(() => expect(server.to(email)).toHaveLength(1), PATIENCE);
      await publisher.stop();
      expect(server.to(email)[0]?.text).toMatch(/acaba de cambiar/);
      expect(await links()).toHaveLength(0);
    });

    test('ends one that is being made', async () => {
      const { mail, change } = await askForLink();
      let changed: ReturnType<typeof change> | undefined;
      await auth.admin.begin(async (publisher) => {
        expect(await storeReset(publisher, mail, hash)).toBe(true);
        changed = change();
        await untilLocked();
      });
      expect((await changed)?.status).toBe(200);
      expect(await links()).toHaveLength(0);
    });

    test('makes none while the change is under way', async () => {
      const { mail } = await askForLink();
      let stored: Promise<boolean> | undefined;
      await auth.admin.begin(async (change) => {
        await change`delete from auth.mails where id = ${mail}`;
        stored = storeReset(auth.admin, mail, hash);
        await untilLocked();
      });
      expect(await stored).toBe(false);
    });
  });

  test('holds no code, no token and no password', async () => {
    const { email } = await auth.join();
    await auth.post('password/forgot', { email });
    const rows = await auth.admin`select kind, detail from auth.mails order by created_at`;
    expect(rows).toEqual([
      { kind: 'verify_email', detail: null },
      { kind: 'reset_password', detail: null },
    ]);
  });
});

describe('a mail', () => {
  const mail = { id: 'a-1', kind: 'verify_email', subject: 'Hola', text: 'Ñandú' };
  const to = { name: 'Ana', address: 'ana@correo.anb.co' };
  const sendTo = (change: Partial<typeof to>, url = `smtp://127.0.0.1:${server.port}`, more = {}) =>
    createMailSender({ url, from: FROM, log, ...more })({ ...mail, to: { ...to, ...change } });
  const refusal = (sending: Promise<void>) =>
    sending.then(
      () => undefined,
      (error: unknown) => error,
    );

  test('says whom it is from, that a program wrote it, and what it is about', async () => {
    await sendTo({});
    expect(server.received).toEqual([
      { to: [to.address], headers: expect.any(String), text: expect.stringMatching(/^Ñandú\s*$/) },
    ]);
    const headers = server.received[0]?.headers.split('\r\n');
    for (const line of ['From: ANB Rising Stars <no-reply@anb.example>', 'To: Ana <ana@correo.anb.co>'])
      expect(headers).toContain(line);
    expect(headers).toContain('Auto-Submitted: auto-generated');
    expect(headers).toContain('Message-ID: <a-1@anb.example>');
  });

  test.each([
    ['a name with new lines', { name: 'Ana\r\nBcc: otra@correo.anb.co\r\n\r\nhola' }],
    ['a name that looks like addresses', { name: 'Ana <otra@correo.anb.co>, "otra" <x@correo.anb.co>' }],
    ['a name of many languages', { name: 'Ana \u{1F3C0} "La Ñ", Ríos; =?utf-8?q?x?=' }],
  ])('goes to one recipient with %s', async (_what, change) => {
    await sendTo(change);
    expect(server.received.map((received) => received.to)).toEqual([[to.address]]);
    expect(server.received[0]?.headers).not.toMatch(/^(bcc|cc):/im);
    expect(server.received[0]?.headers.match(/^to: .*$/gim)).toHaveLength(1);
    expect(server.received[0]?.text).toMatch(/^Ñandú\s*$/);
  });

  test.each([
    'ana@correo.anb.co,otra@correo.anb.co',
    'ana@correo.anb.co\r\nRCPT TO:<otra@correo.anb.co>',
    'ana@correo.anb.co> <otra@correo.anb.co',
  ])('reaches nobody else by the address %j', async (address) => {
    await refusal(sendTo({ address }));
    for (const received of server.received) expect(received.to).not.toContain('otra@correo.anb.co');
    expect(server.received.flatMap((received) => received.to)).not.toContain('ana@correo.anb.co');
  });

  test.each(['smoke+1@example.com', 'x@sub.example.org', 'x@a.test', 'x@localhost'])(
    'is not sent to %s, where nobody is',
    async (address) => {
      expect(await refusal(sendTo({ address }))).toBeInstanceOf(RecipientRefused);
      expect(server.received).toEqual([]);
    },
  );

  test('needs TLS to any other machine', async () => {
    // 0.0.0.0 leads to this machine too, but is not known to.
    const error = await refusal(sendTo({}, `smtp://0.0.0.0:${server.port}`));
    expect(String(error)).toMatch(/TLS/);
    expect(server.received).toEqual([]);
    await sendTo({}, `smtp://0.0.0.0:${server.port}?tls=off`);
    expect(server.received).toHaveLength(1);
  });

  test.each([
    ['smtps', true],
    ['smtp', false],
  ])(
    'goes through %s with a password that is read anew, to a server that is who it says',
    async (scheme, secure) => {
      const authority = createAuthority(`Mail CA of ${scheme}`);
      const { certificate, key } = authority.issue('0.0.0.0');
      const passwords: (string | null | undefined)[] = [];
      const secured = await MailServer.start({
        secure,
        cert: certificate,
        key,
        authOptional: false,
        onAuth: ({ password }, _session, callback) => {
          passwords.push(password);
          callback(null, password === 'new' ? { user: 'anb' } : {});
        },
      });
      stops.push(() => secured.close());
      const passwordFile = join(folder, `${scheme}-password`);
      const send = () =>
        refusal(sendTo({}, `${scheme}://0.0.0.0:${secured.port}`, { username: 'anb', passwordFile }));
      writeFileSync(passwordFile, 'old\n');
      expect(String(await send())).toMatch(/certificate|altnames/i);
      expect(passwords).toEqual([]);
      setDefaultCACertificates([...getCACertificates(), authority.certificate]);
      expect(String(await send())).toMatch(/EAUTH/);
      writeFileSync(passwordFile, 'new\n');
      expect(await send()).toBeUndefined();
      expect(secured.received).toHaveLength(1);
      expect(passwords).toEqual(['old', 'new']);
    },
  );

  test.each<[string, (socket: Socket) => unknown, RegExp]>([
    ['never greets', () => {}, /ETIMEDOUT Greeting/],
    ['falls silent', (socket) => socket.write('220 hello\r\n'), /ETIMEDOUT Timeout/],
    [
      'never comes to an end',
      (socket) => {
        socket.write('220 hello\r\n');
        const drip = setInterval(() => socket.write('250-and\r\n'), 20);
        socket.once('close', () => clearInterval(drip));
      },
      /ABORT/,
    ],
  ])('holds nobody up for long with a server that %s', async (_what, serve, said) => {
    const slow = createServer((socket) => serve(socket.resume().on('error', () => {})));
    await once(slow.listen(0, '127.0.0.1'), 'listening');
    stops.push(() => new Promise((closed) => slow.close(closed)));
    const url = `smtp://127.0.0.1:${(slow.address() as AddressInfo).port}`;
    const patience = { connectMs: 100, silenceMs: 200, sendMs: 400 };
    expect(String(await refusal(sendTo({}, url, { patience })))).toMatch(said);
  });

  test('lies in a folder where one is named, to be copied as it is, and only there in the log', async () => {
    const lines: unknown[] = [];
    const noted = { info: (...line: unknown[]) => lines.push(line) } as unknown as Logger;
    const mails = join(folder, 'mails');
    const text = `Ñandú:\n\nhttps://anb.example/reset#token=${'a1'.repeat(60)}\n`;
    const send = createMailSender({ url: pathToFileURL(mails).href, from: FROM, log: noted });
    await send({ ...mail, text, to: { ...to, address: 'ana@example.com' } });
    const [file = ''] = readdirSync(mails);
    expect(file).toMatch(/^\d{4}-\d\d-\d\dT[\d.]+Z-verify_email-a-1\.eml$/);
    expect(statSync(join(mails, file)).mode & 0o777).toBe(0o600);
    const [headers = '', ...rest] = readFileSync(join(mails, file), 'utf8').split('\n\n');
    expect(headers).toMatch(/^To: Ana <ana@example\.com>$/m);
    expect(headers.match(/^Content-Type: .*$/gm)).toEqual(['Content-Type: text/plain; charset=utf-8']);
    expect(headers).toMatch(/^Content-Transfer-Encoding: 8bit$/m);
    expect(rest.join('\n\n').trim()).toBe(text.trim());
    expect(lines).toEqual([[expect.objectContaining({ text }), 'mail written']]);
  });
});
