import { connect } from 'node:net';

const get = (target: string, headers = '') =>
  `GET ${target} HTTP/1.1\r\nhost: x\r\n${headers}connection: close\r\n\r\n`;
const post = (headers: string, body = '') =>
  `POST /api/auth/login HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\n${headers}\r\n${body}`;

/** What no client of HTTP sends by itself, with the statuses that answer it; 0: the connection is closed. */
export const oddRequests: [what: string, bytes: string, statuses: number[]][] = [
  ...[
    '/%',
    '/%ff',
    '/api/videos/%',
    '/api/public/videos/%00',
    '/api/public/videos/..%2f..',
    '//',
    '/api//videos',
  ]
    .concat('/api/public/videos/%2e%2e/x', '/media/%00/%00/%00', '/a\\b', '/swagger/..%2f..%2fpackage.json')
    .map((path): (typeof oddRequests)[number] => [`the path ${path}`, get(path), [400, 401, 404]]),
  ['an address of 20 kB', get(`/${'a'.repeat(20_000)}`), [431]],
  ['a header of 20 kB', get('/health', `x: ${'a'.repeat(20_000)}\r\n`), [431]],
  ['4000 headers', get('/health', 'a: b\r\n'.repeat(4000)), [431]],
  ['100 headers', get('/health', 'a: b\r\n'.repeat(100)), [200]],
  ['the address of another site', get('http://evil.example/health'), [200, 400, 404]],
  ['no host', 'GET /health HTTP/1.1\r\n\r\n', [400]],
  ['a host that is none', 'GET /health HTTP/1.1\r\nhost: a b/c\r\nconnection: close\r\n\r\n', [200, 400]],
  ['noise', '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03', [0, 400]],
  ['two lengths of a body', post('content-length: 2\r\ntransfer-encoding: chunked\r\n', '0\r\n\r\n'), [400]],
  ['a length that is no number', post('content-length: -1\r\n', '{}'), [400]],
  ['a chunk that is none', post('transfer-encoding: chunked\r\n', 'zz\r\n{}\r\n'), [400]],
  ['a body after its end', post('content-length: 2\r\n', `{}${'x'.repeat(1000)}`), [400]],
  ['a GET with a body', `${get('/health', 'content-length: 3\r\n')}abc`, [200]],
  ['an expectation', post('expect: a-miracle\r\ncontent-length: 2\r\n', '{}'), [417]],
  ['TRACE', 'TRACE / HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n', [404, 405]],
  ['CONNECT', 'CONNECT evil.example:443 HTTP/1.1\r\nhost: x\r\n\r\n', [0]],
  ['a change to WebSocket', get('/health').replace('close', 'upgrade\r\nupgrade: websocket'), [200]],
];

/** @returns the status of the first answer; 0 when the connection was closed without one */
export function sendBytes(port: number, bytes: string): Promise<number> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write(bytes, 'latin1'));
    socket.on('error', () => {});
    socket.once('data', (chunk) => {
      resolve(Number(/^HTTP\/1\.1 (\d{3})/.exec(String(chunk))?.[1]));
      socket.destroy();
    });
    socket.once('close', () => resolve(0));
  });
}
