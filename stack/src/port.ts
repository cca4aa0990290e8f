import { once } from 'node:events';
import { createServer } from 'node:net';

/** @throws when nobody can listen on the port, in the words of who is to choose another */
export async function tryPort(port: number): Promise<void> {
  const server = createServer().listen(port, '127.0.0.1');
  await once(server, 'listening').catch((error) => {
    if (error.code !== 'EADDRINUSE') throw error;
    throw new Error(`Port ${port} is taken. Set PORT to another one, as in: PORT=${port + 1} npm start`);
  });
  await new Promise((resolve) => server.close(resolve));
}

export const TAKEN_MEANWHILE = 'an internal port was taken meanwhile; run npm start again';

/** Whether a line of a program, or of Postgres, says that it could not listen. */
export const saysPortTaken = (line: string) => /EADDRINUSE|Address already in use/.test(line);
