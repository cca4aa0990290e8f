import { createServer, type Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer, type HttpBindings } from '@hono/node-server';
import type { Registry } from 'prom-client';
import { RequestsInHand } from './draining.ts';
import { InvalidEnvironment, refuseEnvironment } from './env.ts';
import type { Logger } from './log.ts';
import { letGo, patience } from './slow-clients.ts';

export interface ServiceOptions {
  log: Logger;
  registry: Registry;
  host?: string;
  opsPort: number;
  /** The public surface; a worker has none. */
  http?: {
    fetch: (request: Request, env: HttpBindings) => Response | Promise<Response>;
    port: number;
    /** Longest time a request may take to arrive, when that is more than REQUEST_TIMEOUT_MS. */
    requestTimeoutMs?: number;
  };
  /** How long, after the signal, requests are still taken and kept-alive clients sent elsewhere. */
  drainSeconds?: number;
  /** Opens what must be there before the first request. */
  start?: () => Promise<void>;
  /** Hears the signal first: for answers that would go on without end. */
  drain?: () => void;
  /** Ends the work in hand and closes what was opened. */
  stop: () => Promise<void>;
}

/**
 * Runs a service until SIGTERM or SIGINT: ready once started; then draining (readyz says "not ready"), the open
 * requests answered, everything closed, exit 0.
 */
export async function runService(options: ServiceOptions): Promise<void> {
  const { log, host } = options;
  const { http } = options;
  const inHand = new RequestsInHand();
  const state = { ready: false };
  const ops = createServer(opsHandler(options.registry, state));
  const signal = new Promise<NodeJS.Signals>((resolve) => {
    for (const name of ['SIGTERM', 'SIGINT'] as const) process.on(name, () => resolve(name));
  });

  try {
    await listen(ops, 'OPS_PORT', options.opsPort, host);
    const started = options.start?.() ?? Promise.resolve();
    const early = await Promise.race([started.then(() => null), signal]);
    if (early) process.exit(0);
    const server = http && openServer({ ...http, fetch: inHand.follow(http.fetch) });
    if (server) await listen(server, 'PORT', http.port, host);
    state.ready = true;
    log.info({ port: http?.port, ops_port: options.opsPort }, 'ready');

    log.info({ signal: await signal }, 'draining');
    state.ready = false;
    inHand.drain();
    options.drain?.();
    await sleep((options.drainSeconds ?? 0) * 1000);
    if (server) await closeServer(server);
    await inHand.settled();
    await options.stop();
    await closeServer(ops);
    log.info('stopped');
    process.exit(0);
  } catch (error) {
    if (error instanceof InvalidEnvironment) refuseEnvironment(error);
    log.fatal({ err: error }, 'could not go on');
    process.exit(1);
  }
}

/** Not listening yet. */
export function openServer({
  fetch,
  requestTimeoutMs,
}: Pick<NonNullable<ServiceOptions['http']>, 'fetch' | 'requestTimeoutMs'>): Server {
  const server = createAdaptorServer({
    fetch: (request, env) => fetch(request, env as HttpBindings),
    serverOptions: patience({ requestTimeoutMs }),
  }) as Server;
  letGo(server);
  return server;
}

/** /livez asks nothing; /readyz says only whether we take requests: a database blip must not empty the load balancer. */
function opsHandler(registry: Registry, state: { ready: boolean }): Parameters<typeof createServer>[1] {
  return async (request, response) => {
    if (request.url === '/livez') return void response.end('ok');
    if (request.url === '/readyz') {
      response.statusCode = state.ready ? 200 : 503;
      return void response.end(state.ready ? 'ok' : 'not ready');
    }
    if (request.url === '/metrics') {
      const text = await registry.metrics();
      return void response.setHeader('content-type', registry.contentType).end(text);
    }
    response.statusCode = 404;
    response.end();
  };
}

/** @throws InvalidEnvironment when the port, which the variable names, is taken */
function listen(server: Server, variable: string, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new InvalidEnvironment([`${variable}: ${port} is taken (EADDRINUSE)`]) : error);
    });
    server.listen(port, host, resolve);
  });
}

/** Takes no new connection, lets the open requests end; kept-alive connections close as they fall idle. */
async function closeServer(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  const idle = setInterval(() => server.closeIdleConnections(), 100);
  await closed;
  clearInterval(idle);
}
