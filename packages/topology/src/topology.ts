/** The HTTP services that answer public requests; the transcoder answers none. */
export const publicServices = ['auth', 'videos', 'votes', 'portal'] as const;
export type PublicService = (typeof publicServices)[number];

/** Ports inside the cluster: requests on one, /livez, /readyz and /metrics on the other. */
export const ports = { http: 8080, ops: 9090 } as const;

/** Starts a program, from the repository's root as from an image's /app. The portal is built; Node runs the others as they are. */
export const programFile = (program: string) =>
  `services/${program}/${program === 'portal' ? 'dist/server/main.js' : 'src/main.ts'}`;

export interface PublicPath {
  /** As the AWS load balancer matches: `*` stands for any characters, slashes too; all else is literal. */
  readonly path: string;
  readonly service: PublicService;
}

/** Every public path and who answers it. The first match wins, so the most specific stand first. */
export const publicPaths: readonly PublicPath[] = [
  { path: '/api/public/videos/*/vote', service: 'votes' },
  { path: '/api/user/votes', service: 'votes' },
  { path: '/api/public/rankings', service: 'votes' },
  { path: '/api/public/rankings/*', service: 'votes' },
  { path: '/api/public/cities', service: 'votes' },
  { path: '/api/public/stats', service: 'votes' },
  { path: '/api/public/contest', service: 'votes' },
  { path: '/api/admin/contest', service: 'votes' },
  { path: '/api/admin/results', service: 'votes' },
  { path: '/api/admin/votes/*', service: 'votes' },
  { path: '/api/auth/*', service: 'auth' },
  { path: '/.well-known/jwks.json', service: 'auth' },
  { path: '/health', service: 'auth' },
  { path: '/openapi.json', service: 'auth' },
  { path: '/swagger', service: 'auth' },
  { path: '/swagger/*', service: 'auth' },
  { path: '/api/videos', service: 'videos' },
  { path: '/api/videos/*', service: 'videos' },
  { path: '/api/public/videos', service: 'videos' },
  { path: '/api/public/videos/*', service: 'videos' },
  { path: '/api/admin/jobs', service: 'videos' },
  { path: '/api/admin/jobs/*', service: 'videos' },
  { path: '/api/admin/dead-letters/*', service: 'videos' },
  { path: '/api/admin/videos/*', service: 'videos' },
  { path: '/api/admin/reports', service: 'videos' },
  { path: '/media/*', service: 'videos' },
  { path: '/*', service: 'portal' },
];

const matchers = publicPaths.map(({ path, service }) => ({
  service,
  pattern: new RegExp(`^${path.replace(/[.]/g, '\\$&').replaceAll('*', '.*')}$`),
}));

/** The service that answers a path (without its query). */
export function serviceFor(path: string): PublicService {
  return matchers.find(({ pattern }) => pattern.test(path))?.service ?? 'portal';
}
