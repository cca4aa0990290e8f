import type { Tap } from './tcp-proxy.ts';

const [PARSE, BIND, SYNC, QUERY, ERROR, READY] = ['P', 'B', 'S', 'Q', 'E', 'Z'].map((type) =>
  type.charCodeAt(0),
);

/** The statements of a transaction so far, the last one among them; or a lone statement. */
type Match = (statements: string[]) => boolean;

/**
 * Ends a connection to Postgres between the end of a statement and the news of it: what was committed is committed,
 * and nobody has been told.
 */
export class LostReplies {
  #awaited: { match: Match; lost: () => void } | undefined;

  /** Resolves once the reply to the next matching statement was swallowed. */
  loseNext(match: Match): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { match, lost: resolve };
    return promise;
  }

  readonly tap = (): Tap => {
    const named = new Map<string, string>();
    /** Asked and not answered; the start of a connection is answered as well. */
    const asked: string[] = [''];
    let bound = '';
    let transaction: string[] = [];
    let isOpen = false;
    let isRefused = false;
    let broken: (() => void) | undefined;

    const readQuestion = messageReader((type, body) => {
      if (type === PARSE) {
        const [name = '', text = ''] = strings(body, 2);
        named.set(name, text);
      } else if (type === BIND) {
        const [, name = ''] = strings(body, 2);
        bound = named.get(name) ?? '';
      } else if (type === SYNC) {
        asked.push(bound);
      } else if (type === QUERY) {
        asked.push(strings(body, 1)[0] ?? '');
      }
    });
    const readAnswer = messageReader((type) => {
      if (type === ERROR) isRefused = true;
      if (type !== READY) return;
      const statement = asked.shift() ?? '';
      transaction = isOpen ? [...transaction, statement] : [statement];
      if (/^begin/i.test(statement)) isOpen = true;
      if (/^(commit|rollback)$/i.test(statement)) isOpen = false;
      if (!isRefused && this.#awaited?.match(transaction)) broken = this.#awaited.lost;
      isRefused = false;
    });
    let isStarted = false;

    return (way, chunk) => {
      if (way === 'request') {
        // The first message has no type.
        if (isStarted) readQuestion(chunk);
        isStarted = true;
        return true;
      }
      readAnswer(chunk);
      if (!broken) return true;
      this.#awaited = undefined;
      broken();
      return false;
    };
  };
}

/** Reads whole messages out of a stream: type, length with its own four bytes, contents. */
function messageReader(onMessage: (type: number | undefined, body: Buffer) => void) {
  let rest: Buffer = Buffer.alloc(0);
  return (chunk: Buffer): void => {
    rest = Buffer.concat([rest, chunk]);
    while (rest.length >= 5) {
      const end = 1 + rest.readUInt32BE(1);
      if (rest.length < end) return;
      onMessage(rest[0], rest.subarray(5, end));
      rest = rest.subarray(end);
    }
  };
}

/** The first strings of a message, each ended by a zero. */
const strings = (body: Buffer, count: number) => body.toString('utf8').split('\0', count);
