import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Which way bytes go: from the service to its dependency, or back. */
export type Way = 'request' | 'answer';

/** Sees every chunk of one connection before it goes on; `false` ends the connection in its stead. */
export type Tap = (way: Way, chunk: Buffer) => boolean;

/** A moment that was waited for: the first chunk that matches stands still until it is released. */
export interface Hold {
  /** Rejected when nothing matches within three minutes. */
  met: Promise<void>;
  release: () => void;
}

interface Trap {
  way: Way;
  matches: (text: string) => boolean;
  meet: () => void;
  released: Promise<void>;
}

const HOLD_MS = 180_000;

/** Or closed. */
async function drained(socket: Socket): Promise<void> {
  const either = new AbortController();
  const events = ['drain', 'close'].map((event) => once(socket, event, { signal: either.signal }));
  await Promise.race(events);
  either.abort(); // Or a listener would stay for every pause.
  await Promise.allSettled(events);
}

/** A proxy in front of a dependency on this machine, which can break in every way that a network does. */
export class TcpProxy {
  readonly #target: number;
  readonly #openTap: () => Tap;
  readonly #server = createServer((client) => void this.#serve(client));
  readonly #sockets = new Set<Socket>();
  readonly #traps = new Set<Trap>();
  #isCut = false;
  #healed: Promise<void> = Promise.resolve();
  #heal = () => {};

  private constructor(target: number, openTap: () => Tap) {
    this.#target = target;
    this.#openTap = openTap;
  }

  static async start(target: number, openTap: () => Tap = () => () => true): Promise<TcpProxy> {
    const proxy = new TcpProxy(target, openTap);
    proxy.#server.listen(0, '127.0.0.1');
    await once(proxy.#server, 'listening');
    return proxy;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Every connection breaks off, and new ones too as soon as they are made. */
  cut(): void {
    this.#isCut = true;
    for (const socket of this.#sockets) socket.resetAndDestroy();
  }

  /** Connections stay open and new ones are taken, but nothing gets through. */
  hang(): void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#healed = promise;
    this.#heal = resolve;
  }

  heal(): void {
    this.#isCut = false;
    this.#heal();
  }

  /** Stops the next chunk in which `text` occurs; the connection stands still there, others go on. */
  hold(way: Way, text: string | RegExp): Hold {
    const met = Promise.withResolvers<void>();
    const released = Promise.withResolvers<void>();
    const overdue = new Error(`no ${way} matched ${text} within ${HOLD_MS / 1000} s`);
    setTimeout(() => met.reject(overdue), HOLD_MS).unref();
    met.promise.catch(() => {}); // Also where nobody waits for it.
    const matches = (chunk: string) => (typeof text === 'string' ? chunk.includes(text) : text.test(chunk));
    const trap: Trap = { way, matches, meet: met.resolve, released: released.promise };
    this.#traps.add(trap);
    const release = () => {
      this.#traps.delete(trap);
      released.resolve();
    };
    return { met: met.promise, release };
  }

  async close(): Promise<void> {
    this.heal();
    this.cut();
    const closed = once(this.#server, 'close');
    this.#server.close();
    await closed;
  }

  async #serve(client: Socket): Promise<void> {
    if (this.#isCut) return void client.resetAndDestroy();
    const server = connect(this.#target, '127.0.0.1');
    const tap = this.#openTap();
    for (const socket of [client, server]) {
      this.#sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => {});
      socket.once('close', () => this.#sockets.delete(socket));
    }
    await Promise.all([
      this.#forward('request', client, server, tap),
      this.#forward('answer', server, client, tap),
    ]);
  }

  async #forward(way: Way, from: Socket, to: Socket, tap: Tap): Promise<void> {
    try {
      for await (const chunk of from) {
        await this.#healed;
        await this.#pass(way, chunk);
        if (to.destroyed) return;
        if (!tap(way, chunk)) return void [from, to].map((socket) => socket.resetAndDestroy());
        if (!to.write(chunk)) await drained(to);
      }
    } catch {
      // It broke off on either side.
    } finally {
      // What was sent before the sender died still arrives.
      to.end();
    }
  }

  async #pass(way: Way, chunk: Buffer): Promise<void> {
    if (this.#traps.size === 0) return;
    const text = chunk.toString('latin1');
    const [trap] = [...this.#traps].filter((each) => each.way === way && each.matches(text));
    if (!trap) return;
    this.#traps.delete(trap);
    trap.meet();
    await trap.released;
  }
}
