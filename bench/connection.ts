import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

export interface Answer {
  status: number;
  /** The status line and the headers. */
  head: string;
  /** Good until who is given it comes back. */
  body: Buffer;
}

type Done = (answer: Answer | Error) => void;

/** Every connection's, which reads one at a time. */
const chunk = Buffer.allocUnsafe(256 * 1024);

/** A kept-alive connection for one request at a time, with no more of HTTP than our services answer. */
export class Connection {
  readonly #socket: Socket;
  #begun: Buffer = Buffer.alloc(0);
  #done: Done | undefined;

  constructor(port: number) {
    const take = (count: number) => {
      this.#take(chunk.subarray(0, count));
      return true;
    };
    this.#socket = connect({
      port,
      host: '127.0.0.1',
      noDelay: true,
      onread: { buffer: chunk, callback: take },
    });
    this.#socket.on('error', (error) => this.#end(error));
    this.#socket.on('close', () => this.#end(new Error('the connection was closed')));
  }

  static async open(port: number): Promise<Connection> {
    const connection = new Connection(port);
    await once(connection.#socket, 'connect');
    return connection;
  }

  get isOpen(): boolean {
    return !this.#socket.destroyed;
  }

  ask(request: Buffer, done: Done): void {
    this.#done = done;
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(bytes: Buffer): void {
    const all = this.#begun.length > 0 ? Buffer.concat([this.#begun, bytes]) : bytes;
    const answer = parse(all);
    // What was read lies where the next read will put its bytes.
    if (!answer) this.#begun = all === bytes ? Buffer.from(bytes) : all;
    else {
      this.#begun = Buffer.alloc(0);
      this.#end(answer);
    }
  }

  #end(answer: Answer | Error): void {
    if (answer instanceof Error) this.#socket.destroy();
    const done = this.#done;
    this.#done = undefined;
    done?.(answer);
  }
}

/** Finds a header's value in a head. */
export const headerPattern = (name: string) => new RegExp(`\r\n${name}: ([^\r]*)`, 'i');

const CONTENT_LENGTH = headerPattern('content-length');

/** undefined: not all of it is there yet. */
function parse(bytes: Buffer): Answer | Error | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end < 0) return undefined;
  const head = bytes.toString('latin1', 0, end);
  const status = Number(head.slice(9, 12));
  const length = status === 304 ? '0' : CONTENT_LENGTH.exec(head)?.[1];
  if (length === undefined) return new Error(`an answer that does not say how long it is: ${head}`);
  const body = bytes.subarray(end + 4, end + 4 + Number(length));
  return body.length < Number(length) ? undefined : { status, head, body };
}

/** The bytes of a request. */
export function requestOf(
  method: 'GET' | 'POST',
  path: string,
  headers: Record<string, string> = {},
  body = '',
): Buffer {
  const all = {
    Host: '127.0.0.1',
    ...headers,
    ...(method === 'POST' && { 'Content-Length': String(Buffer.byteLength(body)) }),
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return Buffer.from(`${method} ${path} HTTP/1.1\r\n${lines.join('')}\r\n${body}`);
}
