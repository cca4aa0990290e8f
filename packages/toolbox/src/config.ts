import { Api } from '@anb/api-client/api';
import { count, readEnv, text, url } from '@anb/service-kit/env';
import { connectionEnv, objectsEnv, queueEnv } from '@anb/service-kit/service-env';
import { type PublicService, ports, serviceFor } from '@anb/topology';

export interface ServiceAddress {
  name: PublicService;
  url: string;
  /** Where it answers /readyz and /metrics. */
  opsUrl: string;
}

/** What the doctor looks at; what is not named is left out. */
export function readDoctorConfig() {
  const env = readEnv({
    ...connectionEnv,
    /** Connections that all pools can open together: pool size by greatest number of replicas, summed up. */
    CONNECTION_BUDGET: count(1, 1_000_000).optional(),
    AWS_REGION: objectsEnv.AWS_REGION,
    S3_BUCKET: objectsEnv.S3_BUCKET.optional(),
    S3_ENDPOINT: objectsEnv.S3_ENDPOINT,
    SQS_QUEUE_URL: queueEnv.SQS_QUEUE_URL.optional(),
    SQS_ENDPOINT: queueEnv.SQS_ENDPOINT,
    AUTH_URL: url().optional(),
    AUTH_OPS_URL: url().optional(),
    VIDEOS_URL: url().optional(),
    VIDEOS_OPS_URL: url().optional(),
    VOTES_URL: url().optional(),
    VOTES_OPS_URL: url().optional(),
    PORTAL_URL: url().optional(),
    PORTAL_OPS_URL: url().optional(),
  });
  const services = [
    ...address('auth', env.AUTH_URL, env.AUTH_OPS_URL),
    ...address('videos', env.VIDEOS_URL, env.VIDEOS_OPS_URL),
    ...address('votes', env.VOTES_URL, env.VOTES_OPS_URL),
    ...address('portal', env.PORTAL_URL, env.PORTAL_OPS_URL),
  ];
  return { ...env, services };
}

export type DoctorConfig = ReturnType<typeof readDoctorConfig>;

function address(name: PublicService, at: string | undefined, ops: string | undefined): ServiceAddress[] {
  if (!at) return [];
  const { protocol, hostname } = new URL(at);
  return [{ name, url: at, opsUrl: ops ?? `${protocol}//${hostname}:${ports.ops}` }];
}

/** Where the smoke test plays: through a load balancer, or at each service by the topology's paths. */
export function readSmokeConfig() {
  const { BASE_URL, SMOKE_TIMEOUT_SECONDS: timeoutSeconds } = readEnv({
    BASE_URL: url().optional(),
    /** For a clip to be processed. */
    SMOKE_TIMEOUT_SECONDS: count(1, 3600).default(300),
  });
  if (BASE_URL) return { api: new Api(BASE_URL), isPublic: true, timeoutSeconds };
  const env = readEnv({ AUTH_URL: url(), VIDEOS_URL: url(), VOTES_URL: url(), PORTAL_URL: url() });
  const urls: Record<PublicService, string> = {
    auth: env.AUTH_URL,
    videos: env.VIDEOS_URL,
    votes: env.VOTES_URL,
    portal: env.PORTAL_URL,
  };
  const api = new Api(
    Object.values(urls).join(' '),
    (path) => urls[serviceFor(path.split('?', 1)[0] ?? '/')],
  );
  return { api, isPublic: false, timeoutSeconds };
}

export const readShellConfig = () =>
  readEnv({
    SHELL_MINUTES: count(1, 1440).default(60),
    DATABASE_CA_FILE: connectionEnv.DATABASE_CA_FILE,
    /** Where psql looks for authorities; they are written there. */
    PGSSLROOTCERT: text().optional(),
  });
