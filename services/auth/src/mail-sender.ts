import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Logger } from '@anb/service-kit/log';
import { createTransport } from 'nodemailer';

export interface Mail {
  /** Said in the Message-ID: a mail that comes twice can be known by it. */
  id: string;
  kind: string;
  to: { name: string; address: string };
  subject: string;
  text: string;
}

/** @throws RecipientRefused when this address will never take it; anything else may pass */
export type SendMail = (mail: Mail) => Promise<void>;

/** Says why, without the address. */
export class RecipientRefused extends Error {
  override name = 'RecipientRefused';
}

export interface MailSenderOptions {
  /** smtp://host:port, smtps://host:port or file:///folder */
  url: string;
  username?: string | undefined;
  /** Read anew for every mail, so that the password can be rotated. */
  passwordFile?: string | undefined;
  from: string;
  log: Logger;
  patience?: typeof PATIENCE;
}

/** From the first byte to the last word of the server. */
export const SEND_SECONDS = 30;
const PATIENCE = { connectMs: 10_000, silenceMs: 15_000, sendMs: SEND_SECONDS * 1000 };

/** Mails go to a server, or in development to a folder. */
export const createMailSender = (options: MailSenderOptions): SendMail =>
  options.url.startsWith('file:') ? folderSender(options) : smtpSender(options);

/** A connection a mail: there are few, and what one leaves behind is no other's trouble. */
function smtpSender(options: MailSenderOptions): SendMail {
  const { username, passwordFile, from, patience = PATIENCE } = options;
  const server = serverOf(options.url);
  return async (mail) => {
    if (isReserved(mail.to.address)) throw new RecipientRefused('a domain that is reserved for examples');
    const auth = username && passwordFile && { user: username, pass: readPassword(passwordFile) };
    const transport = createTransport({
      ...server,
      ...(auth && { auth }),
      // The greeting's time is bounded by it too.
      connectionTimeout: patience.connectMs,
      dnsTimeout: patience.connectMs,
      socketTimeout: patience.silenceMs,
    });
    try {
      await transport.sendMail({ ...message(mail, from), signal: AbortSignal.timeout(patience.sendMs) });
    } catch (error) {
      const reason = explain(error);
      throw isRecipientRefused(error) ? new RecipientRefused(reason) : new Error(reason);
    }
  };
}

/** Without TLS only on this machine, or where the address says `?tls=off`. */
function serverOf(url: string) {
  const { protocol, hostname, port, searchParams } = new URL(url);
  const host = hostname.replace(/^\[|\]$/g, '');
  if (protocol === 'smtps:') return { host, port: Number(port) || 465, secure: true };
  const isPlain = searchParams.get('tls') === 'off' || /^(localhost|127\.[\d.]+|::1)$/.test(host);
  return { host, port: Number(port) || 587, secure: false, requireTLS: !isPlain, ignoreTLS: isPlain };
}

const readPassword = (file: string) => readFileSync(file, 'utf8').replace(/\r?\n$/, '');

const message = ({ id, to, subject, text }: Mail, from: string) => ({
  from,
  // As an object, so that no sign in a name or an address makes it two.
  to,
  subject,
  text,
  messageId: `<${id}@${/@([^<>\s]+)>?$/.exec(from)?.[1] ?? 'localhost'}>`,
  // Nobody's absence answers it (RFC 3834).
  headers: { 'Auto-Submitted': 'auto-generated' },
  disableFileAccess: true,
  disableUrlAccess: true,
});

/** RFC 2606 and 6761: nobody reads mail there, and what bounces counts against us. */
const isReserved = (address: string) =>
  /[@.](example\.(com|net|org)|(example|test|invalid|localhost))$/i.test(address);

/** Of RFC 3463's codes those about an address or its box; 5.1.7 and 5.1.8 are about the sender's. */
const ABOUT_RECIPIENT = /^5\.(1\.([0-69]|10)|2\.\d+)$/;

/**
 * Many servers wait until RCPT TO with what they have against us: no relaying, a blocklist, a sender that is not allowed.
 * They then say it of every recipient, until it is mended.
 */
function isRecipientRefused(error: unknown): boolean {
  const { command, responseCode = 0, response = '' } = error as Partial<SMTPError>;
  if (command !== 'RCPT TO') return false;
  const [, code] = /^\d{3}[ -](5\.\d+\.\d+)\b/.exec(response) ?? [];
  return code ? ABOUT_RECIPIENT.test(code) : [550, 551, 552, 553].includes(responseCode);
}

interface SMTPError {
  command: string;
  responseCode: number;
  response: string;
}

const ADDRESS = /[^\s<>"(),:;]+@[^\s<>"(),:;]+/g;

/** Servers repeat the address in what they answer, not always as it was written to them. */
function explain(error: unknown): string {
  const { code = 'ERROR', message } = error as { code?: string; message: string };
  return `${code} ${message}`.replaceAll(ADDRESS, '(address)').slice(0, 300);
}

/** The only place where a code or a link is logged: there is nobody but the developer to read it. */
function folderSender({ url, from, log }: MailSenderOptions): SendMail {
  const folder = fileURLToPath(url);
  const composer = createTransport({ streamTransport: true, buffer: true, newline: 'unix' });
  return async (mail) => {
    const composed = await composer.sendMail(message(mail, from));
    const time = new Date().toISOString().replaceAll(':', '');
    const file = join(folder, `${time}-${mail.kind}-${mail.id}.eml`);
    await mkdir(folder, { recursive: true, mode: 0o700 });
    const half = join(folder, `.${mail.id}`);
    await writeFile(half, readable(composed.message as Buffer, mail), { mode: 0o600 });
    await rename(half, file);
    log.info({ mail_id: mail.id, to: mail.to.address, file, text: mail.text }, 'mail written');
  };
}

/** Composed for transport, long lines are folded and = is =3D; here the text is as it was, so that a link can be copied. */
function readable(composed: Buffer, { text }: Mail): string {
  const [headers = ''] = composed.toString().split('\n\n', 1);
  return `${headers.replace(/^(Content-Transfer-Encoding): .*$/m, '$1: 8bit')}\n\n${text}\n`;
}
