import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

// The least that can tell many clients: node:http, a set of answers, and the same bytes written to each.
const clients = new Set<ServerResponse>();
const server = createServer((_request, response) => {
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write(': welcome\n\n');
  clients.add(response);
  response.once('close', () => clients.delete(response));
});
server.listen(0, '127.0.0.1', () => process.send?.({ port: (server.address() as AddressInfo).port }));
process.on('message', ({ bytes }: { bytes: number }) => {
  const event = Buffer.alloc(bytes, 'x');
  for (const client of clients) client.write(event);
});
process.on('disconnect', () => process.exit(0));
