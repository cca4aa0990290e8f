import { bestEncoding } from '@anb/service-kit/accept-encoding';
import { contentPolicy } from '@anb/service-kit/browsers';
import { ApiError, errorResponse } from '@anb/service-kit/errors';
import { createHttp, type HttpOptions } from '@anb/service-kit/http';
import type { Context } from 'hono';
import type { ContentfulStatusCode } from 'hono/utils/http-status';
import type { Assets } from './assets.ts';
import type { Widget } from './client/challenge.ts';
import { renderDocument, styleHash } from './document.tsx';
import type { Page } from './page.ts';
import { PageCache, type RenderedPage } from './page-cache.ts';
import { errorPage } from './pages/error.tsx';
import { pageRoutes } from './routes.ts';
import { sitemapRoutes } from './sitemap.ts';
import { createUpstream, type UpstreamOptions } from './upstream.ts';

export interface Dependencies extends HttpOptions, UpstreamOptions {
  /** How browsers reach the system; without a slash at the end. */
  publicUrl: string;
  mediaBaseUrl: string;
  /** Where browsers reach the object store, when that is not at `publicUrl`. */
  storeOrigin?: string | undefined;
  /** Of a file that a player uploads. */
  maxUploadMegabytes: number;
  /** Whether /_componentes is there. */
  showsComponents?: boolean;
  /** The organisation's e-mail address. */
  contact?: string | undefined;
  /** Of the provider that auth and votes ask, if they ask one. */
  challenge?: Widget | undefined;
  assets: Assets;
}

const YEAR = 'public, max-age=31536000, immutable';

/** Builds the whole HTTP surface; its catch-all is the system's: JSON under /api/, see createHttp, else a page. */
export function createApp(dependencies: Dependencies) {
  const { assets, challenge, log, publicUrl } = dependencies;
  const app = createHttp(dependencies);
  const upstream = createUpstream(dependencies);
  const policy = pagePolicy(dependencies);
  const render = (page: Page) => renderDocument(page, { publicUrl, assets, challenge });
  const cache = new PageCache(render(errorPage(404)));

  const answerJson = errorResponse(log);
  app.onError(async (error, c) => {
    const answer = answerJson(error, c);
    if (!wantsPage(c)) return answer;
    if (answer.status === 404) return send(c, cache.missing, policy);
    const wait = answer.headers.get('retry-after');
    const headers = { 'Content-Security-Policy': policy, ...(wait && { 'Retry-After': wait }) };
    return c.html(
      render(
        errorPage(answer.status, { requestId: c.get('requestId'), again: publicUrl + pathOf(c.req.url) }),
      ),
      answer.status as ContentfulStatusCode,
      headers,
    );
  });

  app.get('/assets/:name', (c) => {
    const asset = assets.file(c.req.param('name'));
    if (!asset) throw new ApiError(404, 'not_found', `There is nothing at ${c.req.path}.`);
    const encoding = bestEncoding(c.req.header('accept-encoding'));
    const encoded = encoding && asset.encoded[encoding];
    return c.body(encoded ?? asset.body, 200, {
      'Content-Type': asset.type,
      'Cache-Control': YEAR,
      Vary: 'Accept-Encoding',
      // The picture for previews is shown by other sites' pages.
      'Cross-Origin-Resource-Policy': 'cross-origin',
      ...(encoded && { 'Content-Encoding': encoding }),
    });
  });

  for (const { path, query = [], page } of pageRoutes({ ...dependencies, upstream })) {
    app.get(path, async (c) => {
      const asked = { ...pick(c.req.query(), query), ...c.req.param() };
      const cached = await cache.get(`${path} ${JSON.stringify(asked)}`, async () => {
        const made = await page(asked);
        return made && render(made);
      });
      return send(c, cached, policy);
    });
  }

  app.route('/', sitemapRoutes({ upstream, publicUrl }));
  return app;
}

async function send(c: Context, page: RenderedPage, policy: string): Promise<Response> {
  const encoding = bestEncoding(c.req.header('accept-encoding'));
  const headers = {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy,
    // To be asked about each time, which costs nothing where it is the same.
    'Cache-Control': 'no-cache',
    Vary: 'Accept-Encoding',
    ...(page.status === 200 && { ETag: `W/"${page.tag}"` }),
    ...(encoding && { 'Content-Encoding': encoding }),
  };
  const isKnown = page.status === 200 && c.req.header('if-none-match')?.includes(`"${page.tag}"`);
  if (isKnown) return c.body(null, 304, headers);
  return c.body(encoding ? await page.encoded(encoding) : page.body, page.status, headers);
}

const pick = (all: Record<string, string>, names: readonly string[]) =>
  Object.fromEntries(names.flatMap((name) => (all[name] ? [[name, all[name]]] : [])));

/** Under /api/ programs ask; elsewhere those that say that they want no page. */
function wantsPage(c: Context): boolean {
  const accept = c.req.header('accept') ?? '*/*';
  return !c.req.path.startsWith('/api/') && /text\/html|\*\/\*/.test(accept);
}

/**
 * Nothing from elsewhere but clips and pictures, which come from a CDN, or by redirect from the object store, and the
 * widget of a bot challenge.
 */
function pagePolicy({ assets, challenge, publicUrl, mediaBaseUrl, storeOrigin }: Dependencies): string {
  const elsewhere = [new URL(mediaBaseUrl).origin, storeOrigin].filter(
    (origin) => origin !== undefined && origin !== publicUrl,
  );
  const provider = challenge ? [new URL(challenge.script).origin] : [];
  const from = (...more: string[]) => ["'self'", ...more, ...new Set(elsewhere)].join(' ');
  return contentPolicy({
    'script-src': ["'self'", ...provider].join(' '),
    'style-src': styleHash(assets.style),
    'font-src': "'self'",
    'img-src': from('data:'),
    // blob: the clip that is about to be uploaded, from the phone itself.
    'media-src': from('blob:'),
    'connect-src': from(...provider),
    // Of the provider's widget nobody knows what it writes into the page.
    ...(challenge
      ? { 'frame-src': provider.join(' ') }
      : { 'require-trusted-types-for': "'script'", 'trusted-types': "'none'" }),
    'form-action': "'self'",
  });
}

function pathOf(url: string): string {
  const { pathname, search } = new URL(url);
  return pathname + search;
}
