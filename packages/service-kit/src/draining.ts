import type { Server, ServerResponse } from 'node:http';

/**
 * From the call of the function returned on, each answer asks its client to take another connection for the next
 * request. A kept-alive connection that is closed as it stands may meet a request on its way, which then fails.
 */
export function drainable(server: Server): () => void {
  const open = new Set<ServerResponse>();
  let isDraining = false;
  server.prependListener('request', (_request, response) => {
    response.shouldKeepAlive &&= !isDraining;
    open.add(response);
    response.once('close', () => open.delete(response));
  });
  return () => {
    isDraining = true;
    for (const response of open) response.shouldKeepAlive = false;
  };
}
