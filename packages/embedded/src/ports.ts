import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:net';

const LOWEST = 20_000;

/**
 * Ports on loopback that nobody listens on now. They are below those that the system gives to outgoing connections, so
 * that none of these takes one before its program does; nor does another process that asks here, while this one lives.
 */
export async function freePorts(count: number): Promise<number[]> {
  const below = firstEphemeralPort();
  const ports: number[] = [];
  while (ports.length < count) {
    const port = LOWEST + Math.floor(Math.random() * (below - LOWEST));
    if ((await claim(port)) && (await isFree(port))) ports.push(port);
  }
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

/** By an abstract socket: like the ports, it is of the network namespace, and it ends with the process. Linux has them. */
async function claim(port: number): Promise<boolean> {
  if (process.platform !== 'linux') return true;
  const claimed = await listening({ path: `\0anb-port-${port}` });
  claimed?.unref();
  return claimed !== undefined;
}

async function isFree(port: number): Promise<boolean> {
  const server = await listening({ port, host: '127.0.0.1' });
  if (server) await new Promise((resolve) => server.close(resolve));
  return server !== undefined;
}

async function listening(at: { path: string } | { port: number; host: string }): Promise<Server | undefined> {
  const server = createServer().listen(at);
  return once(server, 'listening').then(
    () => server,
    (error) => {
      if (error.code !== 'EADDRINUSE') throw error;
      return undefined;
    },
  );
}
