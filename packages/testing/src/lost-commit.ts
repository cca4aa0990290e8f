import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/** Postgres' word for it. */
const COMMITTED = 'COMMIT\0';

/**
 * Stands before a Postgres. Once told, it cuts the connection on which the next commit is answered, the answer
 * undelivered: the client can not know that its transaction holds.
 */
export async function startCommitLoser(databaseUrl: string) {
  const { hostname, port } = new URL(databaseUrl);
  const sockets = new Set<Socket>();
  let toLose = 0;
  const server = createServer((client) => {
    const upstream = connect(Number(port), hostname);
    client.on('data', (chunk) => upstream.write(chunk));
    upstream.on('data', (chunk) => {
      if (toLose === 0 || !chunk.includes(COMMITTED)) return void client.write(chunk);
      toLose -= 1;
      client.destroy();
    });
    for (const [socket, other] of [
      [client, upstream],
      [upstream, client],
    ] as const) {
      sockets.add(socket);
      socket
        .on('error', () => {})
        .on('close', () => {
          sockets.delete(socket);
          other.destroy();
        });
    }
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const url = new URL(databaseUrl);
  url.hostname = '127.0.0.1';
  url.port = String((server.address() as AddressInfo).port);
  return {
    url: url.href,
    /** The answers to the next commits, one unless told. */
    loseNext: (commits = 1) => {
      toLose = commits;
    },
    /** How many it was told to lose and has not. */
    leftToLose: () => toLose,
    stop: async () => {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
}
