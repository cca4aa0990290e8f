import { randomUUID } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type PublicService, serviceFor } from '@anb/topology';
import { createProxyServer } from 'httpxy';

export interface GatewayOptions {
  port: number;
  services: Record<PublicService, string>;
  /** The object store, to be reached below /_store so that browsers stay on one origin. */
  storeUrl: string;
}

export const STORE_PATH = '/_store';
/** 100 MB over a slow link take their time. */
const REQUEST_TIMEOUT_MS = 60 * 60_000;

/** Plays the load balancer on this machine: one port, the topology's paths. */
export async function startGateway({ port, services, storeUrl }: GatewayOptions): Promise<Server> {
  const proxy = createProxyServer({ xfwd: true, agent: new Agent({ keepAlive: true }) });
  const server = createServer(async (request, response) => {
    const url = request.url ?? '/';
    const toStore = url.startsWith(`${STORE_PATH}/`);
    if (toStore) request.url = url.slice(STORE_PATH.length);
    const target = toStore ? storeUrl : services[serviceFor(url.split('?', 1)[0] ?? '/')];
    await proxy.web(request, response, { target }).catch(() => answerAway(request, response));
  });
  proxy.on('error', (_error, request, response) => {
    if (request && response && 'writeHead' in response) answerAway(request, response as ServerResponse);
  });
  server.requestTimeout = REQUEST_TIMEOUT_MS;
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return server;
}

function answerAway(request: IncomingMessage, response: ServerResponse): void {
  request.resume();
  if (response.headersSent) return void response.destroy();
  response.writeHead(503, { 'content-type': 'application/json', 'retry-after': '2' });
  const error = 'The service is away. Try again in a moment.';
  response.end(JSON.stringify({ error, code: 'unavailable', request_id: randomUUID() }));
}
