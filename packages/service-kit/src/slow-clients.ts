import type { Server, ServerOptions } from 'node:http';
import { lingerOnClose } from './lingering-close.ts';

/** The load balancer closes idle connections after 120 s; ours must live longer or it meets a closed one (502). */
export const KEEP_ALIVE_MS = 125_000;
/** From a connection's beginning, or the first byte of a further request on it, to the end of the headers. */
export const HEADERS_TIMEOUT_MS = 15_000;
/** To the end of the body. */
export const REQUEST_TIMEOUT_MS = 30_000;
/** Neither read from nor written to: who has stopped reading an answer. */
export const STALLED_MS = 130_000;
const CHECK_MS = 1000;
/** How long who has been answered may go on sending. */
const REST_MS = 1000;

/** Timeouts of a server that anybody may connect to. Node answers who is late with 408 and hangs up. */
export const patience = ({ requestTimeoutMs = REQUEST_TIMEOUT_MS } = {}) =>
  ({
    headersTimeout: HEADERS_TIMEOUT_MS,
    requestTimeout: requestTimeoutMs,
    keepAliveTimeout: KEEP_ALIVE_MS,
    connectionsCheckingInterval: CHECK_MS,
  }) satisfies ServerOptions;

/** Leaves no connection to who does not read, or goes on sending after the answer. */
export function letGo(server: Server): void {
  server.timeout = STALLED_MS;
  server.on('connection', lingerOnClose);
  server.on('request', (request, response) => {
    response.once('finish', () => {
      if (request.complete) return;
      const timer = setTimeout(() => request.complete || request.socket.destroySoon(), REST_MS);
      // Of the request: a listener of the connection would keep it for as long as that lives.
      request.once('close', () => clearTimeout(timer));
    });
  });
}
