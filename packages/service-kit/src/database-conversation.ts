const [FLUSH, QUERY, SYNC, READY] = ['H', 'Q', 'S', 'Z'].map((type) => type.charCodeAt(0));

/** Whether Postgres owes an answer: one ReadyForQuery for the start and for each Query and Sync. */
export class Conversation {
  #owed = 0;
  #isStarted = false;
  #isHalfAsked = false;

  readonly #readQuestions = messageReader((type) => {
    if (type === QUERY || type === SYNC) this.#owed++;
    // A statement that is to be described first; its Sync comes later.
    this.#isHalfAsked = type === FLUSH;
  });

  readonly heard = messageReader((type) => {
    if (type === READY) this.#owed--;
  });

  said(chunk: Buffer): void {
    if (this.#isStarted) return this.#readQuestions(chunk);
    // The first message has no type.
    this.#isStarted = true;
    this.#owed++;
  }

  get isAnswered(): boolean {
    return this.#owed === 0 && !this.#isHalfAsked;
  }
}

/** Tells the types of the messages in a stream, however it is cut: type, length with its own four bytes, contents. */
function messageReader(onMessage: (type: number | undefined) => void): (chunk: Buffer) => void {
  let rest: Buffer = Buffer.alloc(0);
  let skip = 0;
  return (chunk) => {
    const data = rest.length > 0 ? Buffer.concat([rest, chunk]) : chunk;
    let at = skip;
    for (; at + 5 <= data.length; at += 1 + data.readUInt32BE(at + 1)) onMessage(data[at]);
    rest = data.subarray(at);
    skip = Math.max(0, at - data.length);
  };
}
