import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Duplex } from 'node:stream';
import { type ConnectionOptions, connect as connectTls } from 'node:tls';
import { Conversation } from './database-conversation.ts';

export interface SocketOptions {
  host: string;
  port: number;
  /** Without it the connection is not encrypted. */
  tls?: ConnectionOptions | undefined;
  /** How long a connection may take to come about. */
  connectMs: number;
  /** How long a statement may stay without any answer; 0 for ever. */
  answerMs: number;
}

const TLS_REQUEST = Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f]);

/**
 * A connection to Postgres that breaks off when the server does not answer: `statement_timeout` is the server's own,
 * and one that hangs or is cut off does not keep it.
 */
export async function openSocket(options: SocketOptions): Promise<Duplex> {
  const { host, port, tls, connectMs, answerMs } = options;
  try {
    const socket = Object.assign(connect(port, host), { host, port });
    const late = setTimeout(() => socket.destroy(silence(host, port)), connectMs);
    try {
      await once(socket, 'connect');
      const opened = tls ? Object.assign(await encrypt(socket, tls), { host, port }) : socket;
      return answerMs > 0 ? impatient(opened, () => silence(host, port), answerMs) : opened;
    } finally {
      clearTimeout(late);
    }
  } catch (error) {
    return failing(error as Error);
  }
}

async function encrypt(socket: Socket, tls: ConnectionOptions): Promise<Socket> {
  socket.write(TLS_REQUEST);
  const [answer] = (await Promise.race([once(socket, 'data'), once(socket, 'end')])) as [Buffer?];
  if (answer?.toString('latin1') !== 'S') {
    socket.destroy();
    throw Object.assign(new Error('the server does not speak TLS'), { code: 'ERR_SSL_NOT_SPOKEN' });
  }
  const encrypted = connectTls({ socket, ...tls });
  await once(encrypted, 'secureConnect');
  return encrypted;
}

/** Counts the time from a question to the end of its answer; between two, also in a transaction, all is well. */
function impatient<S extends Socket>(socket: S, why: () => Error, answerMs: number): S {
  let timer: NodeJS.Timeout | undefined;
  const stop = () => {
    clearTimeout(timer);
    timer = undefined;
  };
  // A statement may be asked before the one before it is answered.
  const conversation = new Conversation();
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  const asking = (...args: [Buffer, ...unknown[]]) => {
    conversation.said(args[0]);
    timer ??= setTimeout(() => socket.destroy(why()), answerMs);
    return write(...args);
  };
  socket.on('data', (chunk: Buffer) => {
    conversation.heard(chunk);
    if (conversation.isAnswered) stop();
    else timer?.refresh();
  });
  socket.once('close', stop);
  return Object.assign(socket, { write: asking });
}

const silence = (host: string, port: number) =>
  Object.assign(new Error(`${host}:${port} does not answer`), { code: 'ETIMEDOUT' });

/** postgres.js loses a connection whose socket was never made; one that fails at the first word it takes in its stride. */
const failing = (error: Error) => new Duplex({ read() {}, write: (_chunk, _encoding, done) => done(error) });
