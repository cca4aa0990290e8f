import type { Sql } from '@anb/service-kit/database';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import type { ObjectStore } from '@anb/service-kit/objects';
import type { JobQueue } from '@anb/service-kit/queue';
import type { VerifyToken } from '@anb/service-kit/session';
import { catalogueRoutes } from './catalogue-routes.ts';
import { directUploadRoutes } from './direct-upload-routes.ts';
import { jobRoutes } from './job-routes.ts';
import { limitNames } from './limits.ts';
import { mediaRoutes } from './media-routes.ts';
import { moderationRoutes } from './moderation-routes.ts';
import { organiserRoutes } from './organiser-routes.ts';
import { ownerRoutes } from './owner-routes.ts';
import type { ProgressFeed } from './progress-feed.ts';
import type { Quota } from './store/uploads.ts';
import { UPLOAD_PATH, uploadRoutes } from './upload-routes.ts';

export interface Dependencies extends HttpOptions {
  sql: Sql;
  objects: ObjectStore;
  queue: JobQueue;
  deadLetters: JobQueue | undefined;
  progress: ProgressFeed;
  verify: VerifyToken;
  /** Has the outbox looked through at once instead of at its next turn. */
  wakeOutbox: () => void;
  /** Where published media have their stable addresses; without a slash at the end. */
  mediaBaseUrl: string;
  /** How long a page of the public list is kept; each is read anew when left out. */
  catalogueKeptMs?: number;
  maxUploadBytes: number;
  /** How long an upload may bring nothing. */
  uploadPatienceMs?: number;
  maxDirectUploadBytes: number;
  quota: Quota;
}

/** Builds the whole HTTP surface; opens nothing. */
export function createApp(dependencies: Dependencies) {
  const app = createHttp({ ...dependencies, filesPath: UPLOAD_PATH }, limitNames);
  app.route('/', uploadRoutes(dependencies));
  app.route('/', directUploadRoutes(dependencies));
  app.route('/', ownerRoutes(dependencies));
  app.route('/', jobRoutes(dependencies));
  app.route('/', organiserRoutes(dependencies));
  app.route('/', moderationRoutes(dependencies));
  app.route('/', catalogueRoutes(dependencies));
  app.route('/', mediaRoutes(dependencies));
  return app;
}
