import { createHash } from 'node:crypto';
import { renderToString } from 'preact-render-to-string';
import * as texts from '#texts/site';
import type { Assets } from './assets.ts';
import type { Widget } from './client/challenge.ts';
import { SiteFooter, SiteHeader } from './components/site.tsx';
import { Islands } from './island.tsx';
import type { Page } from './page.ts';

export interface Site {
  publicUrl: string;
  assets: Assets;
  challenge?: Widget | undefined;
}

const PREVIEW = { width: 1200, height: 630, alt: texts.previewAlt };

/** A whole page in HTML. */
export function renderDocument(page: Page, { publicUrl, assets, challenge }: Site): string {
  const islands = new Set<string>();
  const body = renderToString(
    <Islands.Provider value={islands}>
      <a class="skip" href="#contenido">
        {texts.skip}
      </a>
      <SiteHeader section={page.section} />
      <main id="contenido" tabindex={-1}>
        {page.body}
      </main>
      <SiteFooter />
    </Islands.Provider>,
  );
  const preview = page.preview ?? { ...PREVIEW, image: `${publicUrl}${assets.preview}` };
  const url = page.canonical === undefined ? undefined : `${publicUrl}${page.canonical}`;
  const title = `${page.title} · ${texts.siteName}`;
  const scripts = [...assets.scripts, ...[...islands].flatMap(assets.island)];
  const head = renderToString(
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1, viewport-fit=cover" />
      <title>{title}</title>
      <meta name="description" content={page.description} />
      <link rel="preload" href={assets.font} as="font" type="font/woff2" crossorigin="anonymous" />
      <style dangerouslySetInnerHTML={{ __html: assets.style }} />
      <link rel="icon" href={assets.icon} type="image/svg+xml" />
      <meta name="theme-color" content="#0a1024" media="(prefers-color-scheme: dark)" />
      <meta name="theme-color" content="#fdf6ec" media="(prefers-color-scheme: light)" />
      {url ? <link rel="canonical" href={url} /> : <meta name="robots" content="noindex" />}
      {url && (
        <>
          <meta property="og:site_name" content={texts.siteName} />
          <meta property="og:locale" content="es_CO" />
          <meta property="og:type" content={preview.video ? 'video.other' : 'website'} />
          <meta property="og:title" content={page.title} />
          <meta property="og:description" content={page.description} />
          <meta property="og:url" content={url} />
          <meta property="og:image" content={preview.image} />
          <meta property="og:image:width" content={String(preview.width)} />
          <meta property="og:image:height" content={String(preview.height)} />
          <meta property="og:image:alt" content={preview.alt} />
          {preview.video && <meta property="og:video" content={preview.video} />}
          {preview.video && <meta property="og:video:type" content="video/mp4" />}
          <meta name="twitter:card" content="summary_large_image" />
          <meta name="twitter:title" content={page.title} />
          <meta name="twitter:description" content={page.description} />
          <meta name="twitter:image" content={preview.image} />
          <meta name="twitter:image:alt" content={preview.alt} />
        </>
      )}
      {challenge && (
        <meta name="challenge" data-script={challenge.script} data-site-key={challenge.siteKey} />
      )}
      <script type="module" src={assets.scripts[0]} />
      {scripts.slice(1).map((file) => (
        <link key={file} rel="modulepreload" href={file} />
      ))}
    </head>,
  );
  return `<!doctype html><html lang="${texts.language}">${head}<body>${body}</body></html>`;
}

/** For the content policy: the one style that may stand inline. */
export const styleHash = (style: string) => `'sha256-${createHash('sha256').update(style).digest('base64')}'`;
