import { randomUUID } from 'node:crypto';
import { Agent, createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { SECURITY_HEADERS } from '@anb/service-kit/browsers';
import { letGo, patience } from '@anb/service-kit/slow-clients';
import { type PublicService, serviceFor } from '@anb/topology';
import { createProxyServer } from 'httpxy';

export interface GatewayOptions {
  host: string;
  port: number;
  services: Record<PublicService, string>;
  /** The object store, to be reached below /_store so that browsers stay on one origin. */
  storeUrl: string;
}

export const STORE_PATH = '/_store';
export const LIVENESS_PATH = '/_livez';
const UNSIGNED = 'Objects are reached by signed addresses only; the API hands them out.';
/** A bucket's name, a key. */
const OBJECT = /^\/[a-z0-9][a-z0-9.-]{2,62}\/[^/]/;
const PART = ['uploadId', 'partNumber'];
/** 100 MB over a slow link take their time. */
const REQUEST_TIMEOUT_MS = 60 * 60_000;

/** Objects are shown by pages of any site that has their addresses, and never run. */
const MEDIA_HEADERS = { ...SECURITY_HEADERS, 'Cross-Origin-Resource-Policy': 'cross-origin' };

/** Plays the load balancer where there is none: one port, the topology's paths. */
export async function startGateway({ host, port, services, storeUrl }: GatewayOptions): Promise<Server> {
  const proxy = createProxyServer({ xfwd: true, agent: new Agent({ keepAlive: true }) });
  const server = createServer(
    patience({ requestTimeoutMs: REQUEST_TIMEOUT_MS }),
    async (request, response) => {
      const url = request.url ?? '/';
      if (url === LIVENESS_PATH) return void response.end('ok');
      const toStore = url.startsWith(`${STORE_PATH}/`);
      if (toStore) {
        request.url = url.slice(STORE_PATH.length);
        if (!isSignedRead(request) && !isSignedPart(request)) {
          return refuse(request, response, 403, 'not_signed', UNSIGNED);
        }
        // With one the request would be to the queues, which the same server answers; with another, a copy.
        for (const name of Object.keys(request.headers)) {
          if (name.startsWith('x-amz-')) delete request.headers[name];
        }
      }
      // As a load balancer does, so that nobody's own word for it is taken; httpxy keeps what a client wrote.
      const told = request.headers['x-forwarded-for'];
      request.headers['x-forwarded-for'] = [...(told ? [told] : []), request.socket.remoteAddress].join(', ');
      if (toStore) for (const [name, value] of Object.entries(MEDIA_HEADERS)) response.setHeader(name, value);
      const target = toStore ? storeUrl : services[serviceFor(url.split('?', 1)[0] ?? '/')];
      await proxy.web(request, response, { target }).catch(() => answerAway(request, response));
    },
  );
  proxy.on('error', (_error, request, response) => {
    if (request && response && 'writeHead' in response) answerAway(request, response as ServerResponse);
  });
  letGo(server);
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  return server;
}

/**
 * Whether a request asks for one object at a signed address. The local store believes every signature, so what is
 * never handed out here, to list, to write or to delete, must not pass at all.
 */
function isSignedRead({ method, url = '' }: IncomingMessage): boolean {
  return (method === 'GET' || method === 'HEAD') && isSigned(url);
}

/** Whether it puts one part of an upload under way, which only who began it has the id of. */
function isSignedPart({ method, url = '' }: IncomingMessage): boolean {
  const query = new URLSearchParams(url.split('?', 2)[1]);
  const isPart = PART.every((name) => query.get(name));
  const isNoMore = [...query.keys()].every(
    (name) => PART.includes(name) || name === 'x-id' || name.startsWith('X-Amz-'),
  );
  return method === 'PUT' && isSigned(url) && isPart && isNoMore;
}

function isSigned(url: string): boolean {
  const [path = '', query] = url.split('?', 2);
  return OBJECT.test(path) && new URLSearchParams(query).has('X-Amz-Signature');
}

function answerAway(request: IncomingMessage, response: ServerResponse): void {
  if (response.headersSent) return void response.destroy();
  response.setHeader('retry-after', '2');
  refuse(request, response, 503, 'unavailable', 'The service is away. Try again in a moment.');
}

function refuse(
  request: IncomingMessage,
  response: ServerResponse,
  status: number,
  code: string,
  error: string,
): void {
  request.resume();
  const request_id = randomUUID();
  response.writeHead(status, {
    ...SECURITY_HEADERS,
    'Content-Type': 'application/json',
    'X-Request-Id': request_id,
  });
  response.end(JSON.stringify({ error, code, request_id }));
}
