import { randomUUID } from 'node:crypto';
import { keptLog, noteSecrets } from '@anb/testing/logs';
import { Registry } from 'prom-client';
import { MailPublisher, type MailPublisherOptions } from '../src/mail-publisher.ts';
import { createMailSender } from '../src/mail-sender.ts';
import { createAuth, PASSWORD, person } from './setup.ts';

export const PUBLIC_URL = 'https://anb.example';
export const FROM = 'ANB Rising Stars <no-reply@anb.example>';
const log = keptLog('auth');

/** Auth's whole HTTP surface with a database of its own; nothing is sent until a publisher starts. */
export async function startAuth() {
  const queries: string[] = [];
  const auth = await createAuth((query) => {
    // What the sign-in check and the signer read every second is no request's doing.
    if (!/ended_session|public_key|signing_keys/.test(query)) queries.push(query);
  });
  const post = async (path: string, body?: unknown, authorization?: string) => {
    const response = await auth.send('POST', `/api/auth/${path}`, body, authorization);
    const told = (await response.json()) as Record<string, unknown>;
    noteSecrets(told.access_token, told.refresh_token);
    return { status: response.status, retryAfter: response.headers.get('retry-after'), body: told };
  };
  const login = async (email: string, password = PASSWORD) => {
    const { status, body } = await post('login', { email, password });
    return { status, authorization: `Bearer ${body.access_token}` };
  };
  return {
    database: auth.database,
    admin: auth.database.admin,
    queries,
    post,
    login,
    /** A new account, signed in; not of a domain that no mail is sent to. */
    join: async (details: { first_name?: string } = {}) => {
      const email = `${randomUUID()}@correo.anb.co`;
      await post('signup', { ...person, ...details, email });
      return { email, ...(await login(email)) };
    },
    remove: (authorization: string) =>
      auth.send('DELETE', '/api/auth/account', { password: PASSWORD }, authorization),
    statusOfProfile: async (authorization: string) =>
      (await auth.send('GET', '/api/auth/profile', undefined, authorization)).status,
    stop: auth.close,
  };
}

export type RunningAuth = Awaited<ReturnType<typeof startAuth>>;

/** A replica's publisher with a pool and metrics of its own. */
export function startPublisher(
  { database }: Pick<RunningAuth, 'database'>,
  port: number,
  more: Partial<MailPublisherOptions> = {},
) {
  const registry = new Registry();
  const publisher = new MailPublisher({
    sql: database.connect('anb_auth'),
    send: createMailSender({ url: `smtp://127.0.0.1:${port}`, from: FROM, log }),
    log,
    registry,
    publicUrl: PUBLIC_URL,
    pollMs: 50,
    ...more,
  });
  publisher.start();
  return {
    stop: () => publisher.stop(),
    count: async (result: string) => {
      const { values = [] } = (await registry.getSingleMetric('anb_mails_total')?.get()) ?? {};
      return values.find(({ labels }) => labels.result === result)?.value;
    },
  };
}
