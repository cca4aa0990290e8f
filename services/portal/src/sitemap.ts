import { Hono } from 'hono';
import type { Upstream } from './upstream.ts';

/** robots.txt and the sitemap. */
export function sitemapRoutes({ publicUrl }: { upstream: Upstream; publicUrl: string }) {
  const routes = new Hono();
  routes.get('/robots.txt', (c) =>
    c.text(
      `User-agent: *\nDisallow: /api/\nDisallow: /organizacion\nAllow: /\n\nSitemap: ${publicUrl}/sitemap.xml\n`,
    ),
  );
  return routes;
}
