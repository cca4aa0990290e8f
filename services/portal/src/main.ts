import { createLog } from '@anb/service-kit/log';
import { createRegistry } from '@anb/service-kit/metrics';
import { runService } from '@anb/service-kit/service';
import manifest from '../package.json' with { type: 'json' };
import { createApp } from './app.ts';
import { readAssets } from './assets.ts';
import { readConfig } from './config.ts';

const config = readConfig();
const log = createLog('portal', config.LOG_LEVEL);
const registry = createRegistry('portal', manifest.version);
const { CHALLENGE_SCRIPT_URL: script, CHALLENGE_SITE_KEY: siteKey } = config;
const app = createApp({
  log,
  registry,
  trustedProxyHops: config.TRUSTED_PROXY_HOPS,
  votesUrl: config.VOTES_URL,
  videosUrl: config.VIDEOS_URL,
  publicUrl: config.PUBLIC_URL,
  mediaBaseUrl: config.MEDIA_BASE_URL ?? `${config.PUBLIC_URL}/media`,
  storeOrigin: config.STORE_ORIGIN,
  contact: config.CONTACT_EMAIL,
  challenge: script && siteKey ? { script, siteKey } : undefined,
  maxUploadMegabytes: config.MAX_DIRECT_UPLOAD_MB,
  showsComponents: config.COMPONENTS_PAGE,
  // Beside server/main.js, as build.ts lays them.
  assets: readAssets(new URL('../client/', import.meta.url)),
});

await runService({
  log,
  registry,
  host: config.HOST,
  opsPort: config.OPS_PORT,
  drainSeconds: config.DRAIN_SECONDS,
  http: { fetch: app.fetch, port: config.PORT },
  stop: async () => {},
});
