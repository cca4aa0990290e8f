// Preloaded into a service: memory is compared after its garbage is gone.
process.on('SIGUSR2', () => (globalThis as { gc?: () => void }).gc?.());
