import * as texts from '#texts/errors';
import { BallIcon } from '../components/icons.tsx';
import type { Page } from '../page.ts';

/** For a request that could not be answered. @param requestId what the log calls it */
export function errorPage(status: number, requestId?: string): Page {
  const [title, text] =
    status === 503 || status === 429
      ? [texts.unavailable, texts.unavailableText]
      : status < 500
        ? [texts.notFound, texts.notFoundText]
        : [texts.failed, texts.failedText];
  return {
    title,
    description: text,
    body: (
      <div class="empty">
        <BallIcon />
        <h1>{title}</h1>
        <p>{text}</p>
        <p class="row">
          <a class="button" href="/">
            {texts.toHome}
          </a>
          <a class="button button-plain" href="/videos">
            {texts.toVideos}
          </a>
        </p>
        {status >= 500 && requestId && <p class="soft small">{texts.reference(requestId)}</p>}
      </div>
    ),
  };
}
