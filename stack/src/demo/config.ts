import { port, readEnv, url } from '@anb/service-kit/env';

/** Where the system to show is; the same variables as the stack's. */
export function readConfig() {
  const { PORT, PUBLIC_URL } = readEnv({ PORT: port().default(8080), PUBLIC_URL: url().optional() });
  return { url: PUBLIC_URL ?? `http://127.0.0.1:${PORT}` };
}

/** How the demo is told of a system at this address. */
export function demoCommand(address: string): string {
  const [, port] = /^http:\/\/127\.0\.0\.1:(\d+)$/.exec(address) ?? [];
  if (port === '8080') return 'npm run demo';
  return `${port ? `PORT=${port}` : `PUBLIC_URL=${address}`} npm run demo`;
}
