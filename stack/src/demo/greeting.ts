import type { Api } from '@anb/api-client/api';

/** @throws Error with what to do, when nothing or something else answers there */
export async function greet({ url }: Api): Promise<void> {
  const response = await fetch(`${url}/health`).catch(() => undefined);
  const health = response?.ok ? await response.json().catch(() => undefined) : undefined;
  if ((health as { status?: string } | undefined)?.status === 'healthy') return;
  throw new Error(
    `${response ? `What answers at ${url} is not this system (or it has just started).` : `Nothing answers at ${url}.`}

Start the system in another terminal, wait for its "ready" line, then run the demo again:
  npm start
When it runs elsewhere, say where:
  PORT=8091 npm run demo     (on this machine, on another port)
  PUBLIC_URL=https://… npm run demo`,
  );
}
