// Loaded into every child before its own program: when the stack dies, even by kill -9, its children stop too.
const PATIENCE_MS = 3000;

process.on('disconnect', () => {
  process.kill(process.pid, 'SIGTERM');
  // What a program waits for in order to stop may have died with the stack.
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), PATIENCE_MS).unref();
});
process.channel?.unref();
