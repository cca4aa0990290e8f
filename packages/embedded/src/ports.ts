import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

const LOWEST = 20_000;

/**
 * Ports on loopback that nobody listens on now. They are below those that the system gives to outgoing connections, so
 * that none of these takes one before its program does.
 */
export async function freePorts(count: number): Promise<number[]> {
  const below = firstEphemeralPort();
  const held: Server[] = [];
  while (held.length < count) {
    const server = await listening(LOWEST + Math.floor(Math.random() * (below - LOWEST)));
    if (server) held.push(server);
  }
  const ports = held.map(portOf);
  await Promise.all(held.map((server) => new Promise((resolve) => server.close(resolve))));
  return ports;
}

/** Linux says it, and may have been told otherwise than its 32768; systems elsewhere begin above that. */
function firstEphemeralPort(): number {
  try {
    const [first] = readFileSync('/proc/sys/net/ipv4/ip_local_port_range', 'utf8').split(/\s+/);
    return Number(first) >= LOWEST + 1000 ? Number(first) : 65_536;
  } catch {
    return 32_768;
  }
}

async function listening(port: number): Promise<Server | undefined> {
  const server = createServer().listen(port, '127.0.0.1');
  return once(server, 'listening').then(
    () => server,
    (error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return undefined;
    },
  );
}

function portOf(server: Server): number {
  const address = server.address();
  return typeof address === 'object' && address ? address.port : 0;
}
