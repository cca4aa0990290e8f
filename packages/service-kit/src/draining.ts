import type { HttpBindings } from '@hono/node-server';

type Fetch = (request: Request, env: HttpBindings) => Response | Promise<Response>;

/**
 * The requests that a service has in hand, so that it can end without cutting anybody off. They are counted, not kept:
 * a set that every request passes through holds on to those that have long been answered, and the garbage collector
 * copies them twice before it finds out.
 */
export class RequestsInHand {
  #count = 0;
  #isDraining = false;
  readonly #waiting: (() => void)[] = [];

  /** A request whose client has gone is in hand, too, while it cleans up after itself. */
  follow(fetch: Fetch): (request: Request, env: HttpBindings) => Promise<Response> {
    return async (request, env) => {
      this.#count++;
      try {
        return await fetch(request, env);
      } finally {
        if (this.#isDraining) env.outgoing.shouldKeepAlive = false;
        if (--this.#count === 0) for (const settle of this.#waiting.splice(0)) settle();
      }
    };
  }

  /**
   * From now on each answer asks its client to take another connection for the next request. A kept-alive connection
   * that is closed as it stands may meet a request on its way, which then fails.
   */
  drain(): void {
    this.#isDraining = true;
  }

  /** What goes on after its answer, as one in JSON that was answered for being late, is not waited for. */
  async settled(): Promise<void> {
    if (this.#count > 0) await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }
}
