import type { Challenge } from '@anb/service-kit/challenge';
import type { Sql } from '@anb/service-kit/database';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import type { VerifyToken } from '@anb/service-kit/session';
import { accountRoutes } from './account-routes.ts';
import { documentRoutes } from './document-routes.ts';
import { emailRoutes } from './email-routes.ts';
import { limitNames } from './limits.ts';
import { passwordRoutes } from './password-routes.ts';
import type { Passwords } from './passwords.ts';
import { personalDataRoutes } from './personal-data-routes.ts';
import { sessionRoutes } from './session-routes.ts';
import type { TokenSigner } from './tokens.ts';

export interface Dependencies extends HttpOptions {
  sql: Sql;
  signer: TokenSigner;
  passwords: Passwords;
  verify: VerifyToken;
  version: string;
  /** Asked for at sign-up; nothing when left out. */
  challenge?: Challenge | undefined;
  /** How browsers reach the system; without a slash at the end. */
  publicUrl: string;
}

/** Builds the whole HTTP surface; opens nothing. */
export function createApp(dependencies: Dependencies) {
  const app = createHttp(dependencies, ['sign_in_account', 'sign_in_address', ...limitNames]);
  app.route('/', accountRoutes(dependencies));
  app.route('/', sessionRoutes(dependencies));
  app.route('/', emailRoutes(dependencies));
  app.route('/', passwordRoutes(dependencies));
  app.route('/', personalDataRoutes(dependencies));
  app.route('/', documentRoutes(dependencies));
  return app;
}
