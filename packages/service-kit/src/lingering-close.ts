import type { Socket } from 'node:net';

const LINGER_MS = 500;

/**
 * Has a server's connection closed as nginx does it: after the answer it stays for a moment. Closed at once, with a
 * body that was not read, it would be reset, and the reset overtakes the answer on its way to the sender.
 */
export function lingerOnClose(socket: Socket): void {
  const closeAtOnce = socket.destroySoon.bind(socket);
  socket.destroySoon = () => {
    if (socket.readableEnded) return closeAtOnce();
    socket.end();
    const timer = setTimeout(() => socket.destroy(), LINGER_MS);
    socket.once('end', () => socket.destroy()).once('close', () => clearTimeout(timer));
  };
}
