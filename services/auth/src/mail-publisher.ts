import { setTimeout as sleep } from 'node:timers/promises';
import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { outcomeCounter } from '@anb/service-kit/metrics';
import { Sampler } from '@anb/service-kit/sampler';
import type { Registry } from 'prom-client';
import { hashResetToken, makeCode, makeResetToken } from './mail-secrets.ts';
import { RecipientRefused, SEND_SECONDS, type SendMail } from './mail-sender.ts';
import { writeMail } from './mail-texts.ts';
import { storeCode } from './store/email-codes.ts';
import {
  deleteMail,
  mailBacklog,
  postponeMail,
  type QueuedMail,
  type Recipient,
  takeMails,
} from './store/mails.ts';
import { storeReset } from './store/password-changes.ts';

export interface MailPublisherOptions {
  sql: Sql;
  send: SendMail;
  log: Logger;
  registry: Registry;
  /** Of the whole system; links begin with it. */
  publicUrl: string;
  pollMs?: number;
  /** How long a mail that was taken lies when we die with it. */
  takenSeconds?: number;
}

const AT_ONCE = 3;
const POLL_MS = 1000;
/** Sending gives up sooner, so no other replica repeats what is under way. */
const TAKEN_SECONDS = 2 * SEND_SECONDS;
const LONGEST_PAUSE_SECONDS = 600;

const isAboutClip = (kind: QueuedMail['kind']) => kind === 'clip_ready' || kind === 'clip_failed';

const results = ['sent', 'failed', 'refused', 'given_up'] as const;
type Result = (typeof results)[number];

/**
 * Sends what commits left in auth.mails. A mail goes only after the server has taken it, so a crash in between
 * repeats it: at least once. Replicas do not see what another has taken.
 */
export class MailPublisher {
  readonly #options: MailPublisherOptions;
  readonly #count: (result: Result) => void;
  readonly #backlog: Sampler<unknown>;
  readonly #stop = new AbortController();
  #running: Promise<void> | undefined;

  constructor(options: MailPublisherOptions) {
    this.#options = options;
    this.#count = outcomeCounter(options.registry, {
      name: 'anb_mails_total',
      help: 'Attempts to send a mail, by result.',
      label: 'result',
      values: results,
    });
    this.#backlog = sampleBacklog(options);
  }

  start(): void {
    this.#backlog.start();
    this.#running = this.#run();
  }

  /** Waits for the mails in hand, which takes SEND_SECONDS at most. */
  async stop(): Promise<void> {
    this.#backlog.stop();
    this.#stop.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { log, pollMs = POLL_MS } = this.#options;
    const { signal } = this.#stop;
    while (!signal.aborted) {
      try {
        while (!signal.aborted && (await this.#publishDue()));
      } catch (error) {
        log.warn({ err: error }, 'mails not published; trying again');
      }
      await sleep(pollMs, undefined, { signal }).catch(() => {});
    }
  }

  /** @returns whether there may be more that is worth a try */
  async #publishDue(): Promise<boolean> {
    const { sql, takenSeconds = TAKEN_SECONDS } = this.#options;
    const mails = await takeMails(sql, AT_ONCE, takenSeconds);
    const published = await Promise.all(mails.map((mail) => this.#publish(mail)));
    return mails.length === AT_ONCE && published.some((result) => result !== 'failed');
  }

  async #publish(mail: QueuedMail): Promise<Result | undefined> {
    const { sql, log } = this.#options;
    const { result, reason = '' } = await this.#attempt(mail);
    const context = { mail_id: mail.id, kind: mail.kind, user_id: mail.recipient?.id, reason };
    if (result === 'failed') {
      log.warn({ ...context, attempts: mail.attempts }, 'mail not sent; trying again');
      await postponeMail(sql, mail.id, pauseAfter(mail.attempts), reason);
    } else {
      if (result === 'refused') log.info(context, 'mail refused for its recipient');
      if (result === 'given_up') log.error({ ...context, attempts: mail.attempts }, 'mail given up');
      await deleteMail(sql, mail.id);
    }
    if (result) this.#count(result);
    return result;
  }

  /** No result: there is nobody to send it to, or no need. */
  async #attempt(mail: QueuedMail): Promise<{ result: Result | undefined; reason?: string }> {
    try {
      const isSent = mail.recipient !== null && (await this.#send(mail, mail.recipient));
      return { result: isSent ? 'sent' : undefined };
    } catch (error) {
      const reason = (error as Error).message;
      if (error instanceof RecipientRefused) return { result: 'refused', reason };
      return { result: mail.is_overdue ? 'given_up' : 'failed', reason };
    }
  }

  /** @returns false when there is no need of it any more */
  async #send({ id, kind, detail }: QueuedMail, recipient: Recipient): Promise<boolean> {
    const { email, email_verified } = recipient;
    if (kind === 'verify_email' && email_verified) return false;
    // Who gives a stranger's address could else have any number of titles, free text, sent there.
    if (isAboutClip(kind) && !email_verified) return false;
    // Until the address is proved, the name may be anything that somebody wants a stranger to read.
    const { first_name, last_name } = email_verified ? recipient : { first_name: '', last_name: '' };
    const { publicUrl, send } = this.#options;
    const secret = await this.#makeSecret(id, kind, recipient.id);
    if (secret === undefined) return false;
    const content = writeMail(kind, { first_name, publicUrl, detail: detail ?? {}, secret });
    await send({ id, kind, to: { name: `${first_name} ${last_name}`.trim(), address: email }, ...content });
    return true;
  }

  /** Made now and told once: only its hash is kept. @returns undefined when there is no need of it any more */
  async #makeSecret(id: string, kind: QueuedMail['kind'], userId: number): Promise<string | undefined> {
    const { sql, publicUrl } = this.#options;
    if (kind === 'verify_email') {
      const code = makeCode();
      await storeCode(sql, userId, code);
      return code;
    }
    if (kind !== 'reset_password') return '';
    const token = makeResetToken();
    if (!(await storeReset(sql, id, hashResetToken(token)))) return undefined;
    // In the fragment, which a browser sends to nobody: no log has it.
    return `${publicUrl}/restablecer#token=${token}`;
  }
}

const pauseAfter = (attempts: number) => Math.min(5 * 2 ** (attempts - 1), LONGEST_PAUSE_SECONDS);

function sampleBacklog({ sql, log, registry }: MailPublisherOptions) {
  const backlog = new Sampler({ what: 'mails', read: () => mailBacklog(sql), log, registry });
  backlog.gauge({ name: 'anb_mails_waiting', help: 'Mails that are not sent yet.' }, (gauge, { waiting }) =>
    gauge.set(waiting),
  );
  backlog.gauge(
    { name: 'anb_mail_oldest_seconds', help: 'Age of the oldest mail that is not sent yet; 0 without one.' },
    (gauge, { oldestSeconds }) => gauge.set(oldestSeconds),
  );
  return backlog;
}
