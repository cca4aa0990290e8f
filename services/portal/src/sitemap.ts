import { Hono } from 'hono';
import { LRUCache } from 'lru-cache';
import type { Upstream } from './upstream.ts';

interface Options {
  upstream: Upstream;
  publicUrl: string;
}

const PAGES = ['/', '/videos', '/rankings', '/registrarse', '/terminos', '/privacidad'];
/** What search engines are told of at once: the newest. */
const PAGES_OF_VIDEOS = 50;
const LIMIT = 100;
const FRESH_MS = 10 * 60_000;

/** robots.txt and the sitemap, which names the pages for everybody. */
export function sitemapRoutes({ upstream, publicUrl }: Options) {
  const routes = new Hono();
  const made = new LRUCache<'sitemap', Promise<string>>({ max: 1, ttl: FRESH_MS });

  routes.get('/robots.txt', (c) =>
    c.text(`User-agent: *\nDisallow: /api/\nDisallow: /organizacion\n\nSitemap: ${publicUrl}/sitemap.xml\n`),
  );

  routes.get('/sitemap.xml', async (c) => {
    const sitemap = made.get('sitemap') ?? begin();
    return c.body(await sitemap, 200, { 'Content-Type': 'application/xml; charset=utf-8' });
  });

  function begin(): Promise<string> {
    const sitemap = writeSitemap(upstream, publicUrl);
    made.set('sitemap', sitemap);
    sitemap.catch(() => made.delete('sitemap'));
    return sitemap;
  }

  return routes;
}

async function writeSitemap(upstream: Upstream, publicUrl: string): Promise<string> {
  const paths = [...PAGES];
  for (let page = 1; page <= PAGES_OF_VIDEOS; page++) {
    const { rows, total } = await upstream.videos({ sort: 'recent', page, limit: LIMIT });
    paths.push(...rows.map(({ video_id }) => `/videos/${video_id}`));
    if (page * LIMIT >= total) break;
  }
  const urls = paths.map((path) => `<url><loc>${publicUrl}${path}</loc></url>`).join('');
  return `<?xml version="1.0" encoding="UTF-8"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">${urls}</urlset>`;
}
