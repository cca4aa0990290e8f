import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { noteSecrets } from './logs.ts';

export interface ReceivedMail {
  /** Of the envelope. */
  to: string[];
  /** Lines that go on are one. */
  headers: string;
  /** As a person reads it. */
  text: string;
}

/** A mail server that keeps what it takes; it answers recipients with a code when told to. */
export class MailServer {
  readonly received: ReceivedMail[] = [];
  /** Answers instead of 250, by address. */
  readonly answers = new Map<string, number>();
  /** What is said with that code. */
  echo = (address: string) => `no mail for <${address}>`;
  /** Holds back the answer to a whole mail that was received; let it go by calling what it returns. */
  hold: Promise<void> = Promise.resolve();
  readonly #server: SMTPServer;

  private constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true,
      disableReverseLookup: true,
      logger: false,
      onRcptTo: ({ address }, _session, callback) => {
        const code = this.answers.get(address);
        callback(code ? Object.assign(new Error(this.echo(address)), { responseCode: code }) : null);
      },
      onData: async (stream, { envelope }, callback) => {
        const raw = await text(stream);
        const [head = '', ...rest] = raw.split('\r\n\r\n');
        const headers = head.replaceAll(/\r\n[ \t]+/g, ' ');
        const mail = readable(rest.join('\r\n\r\n'), headers);
        noteSecrets(/#token=([\w-]+)/.exec(mail)?.[1]);
        this.received.push({ to: envelope.rcptTo.map(({ address }) => address), headers, text: mail });
        await this.hold;
        callback();
      },
      ...options,
    });
    this.#server.on('error', () => {}); // Of a connection that breaks off.
  }

  /** @param port a free one unless given */
  static async start(options: SMTPServerOptions = { disabledCommands: ['STARTTLS'] }, port = 0) {
    const server = new MailServer(options);
    await once(server.#server.listen(port, '127.0.0.1'), 'listening');
    return server;
  }

  get port(): number {
    return (this.#server.server.address() as AddressInfo).port;
  }

  /** The mails to an address, the first first. */
  to(address: string): ReceivedMail[] {
    return this.received.filter(({ to }) => to.includes(address));
  }

  async close(): Promise<void> {
    await new Promise<void>((resolve) => this.#server.close(resolve));
  }
}

/** Undoes the transfer encodings of RFC 2045. */
function readable(body: string, headers: string): string {
  if (/^content-transfer-encoding: base64$/im.test(headers)) return Buffer.from(body, 'base64').toString();
  if (!/^content-transfer-encoding: quoted-printable$/im.test(headers)) return body;
  const bytes = body
    .replaceAll('=\r\n', '')
    .replaceAll(/=([0-9A-F]{2})/g, (_, hex) => String.fromCharCode(Number.parseInt(hex, 16)));
  return Buffer.from(bytes, 'latin1').toString();
}
