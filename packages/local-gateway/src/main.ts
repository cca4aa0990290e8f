import { readConfig } from './config.ts';
import { startGateway } from './gateway.ts';

const config = readConfig();
const server = await startGateway({
  host: config.HOST,
  port: config.PORT,
  services: {
    auth: config.AUTH_URL,
    videos: config.VIDEOS_URL,
    votes: config.VOTES_URL,
    portal: config.PORTAL_URL,
  },
  storeUrl: config.STORE_URL,
});
process.stdout.write(`gateway on port ${config.PORT}\n`);

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  process.on(signal, () => {
    server.close(() => process.exit(0));
    server.closeIdleConnections();
  });
}
