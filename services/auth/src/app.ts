import type { Sql } from '@anb/service-kit/database';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import type { VerifyToken } from '@anb/service-kit/session';
import { accountRoutes } from './account-routes.ts';
import { documentRoutes } from './document-routes.ts';
import type { Passwords } from './passwords.ts';
import { sessionRoutes } from './session-routes.ts';
import type { TokenSigner } from './tokens.ts';

export interface Dependencies extends HttpOptions {
  sql: Sql;
  signer: TokenSigner;
  passwords: Passwords;
  verify: VerifyToken;
  version: string;
}

/** Builds the whole HTTP surface; opens nothing. */
export function createApp(dependencies: Dependencies) {
  const app = createHttp(dependencies);
  app.route('/', accountRoutes(dependencies));
  app.route('/', sessionRoutes(dependencies));
  app.route('/', documentRoutes(dependencies));
  return app;
}
