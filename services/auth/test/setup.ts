import { randomUUID } from 'node:crypto';
import { SessionCheck } from '@anb/service-kit/session';
import { createTestDatabase } from '@anb/testing/database';
import { keptLog, noteSecrets } from '@anb/testing/logs';
import { MountedSecret } from '@anb/testing/mounted-secret';
import { Registry } from 'prom-client';
import { createApp } from '../src/app.ts';
import { KeyRing } from '../src/key-ring.ts';
import { createPasswords } from '../src/passwords.ts';
import { makeSigningKey } from '../src/signing-key.ts';

export const PASSWORD = 'un-pase-largo-7';
export const person = {
  first_name: 'Valentina',
  last_name: 'Ríos',
  city: 'Bogotá',
  country: 'Colombia',
  password1: PASSWORD,
  password2: PASSWORD,
};

export interface Tokens {
  access_token: string;
  refresh_token: string;
}
export type TestAuth = Awaited<ReturnType<typeof createAuth>>;

/** The whole service on a database of its own, without a port; `onQuery` sees every statement. */
export async function createAuth(onQuery?: (query: string) => void) {
  const database = await createTestDatabase();
  const sql = database.connect('anb_auth', onQuery);
  const log = keptLog('auth');
  const token = { issuer: 'test-issuer', audience: 'test-audience' };
  const secret = new MountedSecret({ 'signing-key.pem': makeSigningKey() });
  const signer = new KeyRing({ ...token, sql, log, folder: secret.path, waitSeconds: 300 });
  await signer.start();
  const sessions = new SessionCheck({ ...token, sql, log });
  await sessions.start();
  const registry = new Registry();
  const app = createApp({
    sql,
    log,
    registry,
    signer,
    passwords: await createPasswords(2),
    verify: sessions.verify,
    version: '1.2.3',
    publicUrl: 'https://showcase.example.com',
  });

  const send = async (
    method: string,
    path: string,
    body?: unknown,
    authorization?: string,
    headers: Record<string, string> = {},
  ) =>
    app.request(path, {
      method,
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(authorization && { authorization }),
        ...headers,
      },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
  const signUp = async (email = `${randomUUID()}@example.com`) => {
    noteSecrets(PASSWORD);
    await send('POST', '/api/auth/signup', { ...person, email });
    return { email, password: PASSWORD };
  };
  return {
    app,
    database,
    registry,
    sessions,
    log,
    send,
    /** Creates the account, unless it is there. */
    signUp,
    /** With an account of its own, unless one is named. */
    signIn: async (email?: string) => {
      const answer = await send('POST', '/api/auth/login', await signUp(email));
      const tokens = (await answer.json()) as Tokens;
      noteSecrets(tokens.access_token, tokens.refresh_token);
      return tokens;
    },
    close: async () => {
      await signer.stop();
      await sessions.stop();
      await database.drop();
      secret.remove();
    },
  };
}
