import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { contentPolicy } from '@anb/service-kit/browsers';
import { createRoutes, json, refusing } from '@anb/service-kit/http';
import { createRoute, z } from '@hono/zod-openapi';
import type { Dependencies } from './app.ts';

const healthRoute = createRoute({
  method: 'get',
  path: '/health',
  operationId: 'health',
  tags: ['auth'],
  summary: 'Whether the system answers',
  responses: {
    200: json(
      z.object({ status: z.literal('healthy'), timestamp: z.iso.datetime(), version: z.string() }),
      'It answers.',
    ),
    ...refusing(),
  },
});

const keysRoute = createRoute({
  method: 'get',
  path: '/.well-known/jwks.json',
  operationId: 'publicKeys',
  tags: ['auth'],
  summary: 'The public signing keys (RFC 7517)',
  responses: {
    200: json(z.object({ keys: z.array(z.looseObject({ kid: z.string() })) }), 'The keys.'),
    ...refusing(),
  },
});

const openapiFile = new URL('../openapi.json', import.meta.url);
const swaggerFolder = dirname(createRequire(import.meta.url).resolve('swagger-ui-dist/package.json'));
const swaggerFiles = {
  'swagger-ui.css': 'text/css',
  'swagger-ui-bundle.js': 'text/javascript',
} as const;

export function documentRoutes({ signer, version }: Dependencies) {
  const routes = createRoutes();

  routes.openapi(healthRoute, (c) => {
    return c.json({ status: 'healthy' as const, timestamp: new Date().toISOString(), version }, 200);
  });

  routes.openapi(keysRoute, (c) => {
    // A new key is published for KEY_WAIT_SECONDS before it signs: longer than anybody keeps an older list.
    c.header('Cache-Control', 'public, max-age=60');
    return c.json({ keys: signer.publicKeys().map((key) => ({ ...key, kid: String(key.kid) })) }, 200);
  });

  // The document describes every service, so it is made by `npm run openapi` and committed.
  routes.get('/openapi.json', async (c) => {
    return c.body(await readFile(openapiFile, 'utf8'), 200, { 'Content-Type': 'application/json' });
  });

  routes.get('/swagger', (c) => c.html(swaggerPage, 200, { 'Content-Security-Policy': swaggerPolicy }));
  routes.get('/swagger/start.js', (c) => c.body(swaggerStart, 200, { 'Content-Type': 'text/javascript' }));
  for (const [file, contentType] of Object.entries(swaggerFiles)) {
    // Once for all, or each who reads slowly would hold a copy.
    let content: Promise<Buffer<ArrayBuffer>> | undefined;
    routes.get(`/swagger/${file}`, async (c) => {
      const headers = { 'Content-Type': contentType, 'Cache-Control': 'public, max-age=86400' };
      content ??= readFile(join(swaggerFolder, file)) as Promise<Buffer<ArrayBuffer>>;
      return c.body(await content, 200, headers);
    });
  }

  return routes;
}

const swaggerPage = `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>ANB Rising Stars Showcase API</title>
    <link rel="icon" href="data:,">
    <link rel="stylesheet" href="/swagger/swagger-ui.css">
  </head>
  <body>
    <div id="swagger"></div>
    <script src="/swagger/swagger-ui-bundle.js"></script>
    <script src="/swagger/start.js"></script>
  </body>
</html>
`;

const swaggerPolicy = contentPolicy({
  'script-src': "'self'",
  'style-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self'",
});

const swaggerStart = `SwaggerUIBundle({ url: '/openapi.json', dom_id: '#swagger', deepLinking: true });\n`;
