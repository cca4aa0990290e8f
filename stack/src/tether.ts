// Loaded into every child before its own program: when the stack dies, even by kill -9, its children stop too.
process.on('disconnect', () => process.kill(process.pid, 'SIGTERM'));
process.channel?.unref();
