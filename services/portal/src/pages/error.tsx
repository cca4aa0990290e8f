import * as texts from '#texts/errors';
import { BallIcon } from '../components/icons.tsx';
import type { Page } from '../page.ts';

interface ErrorDetails {
  /** What the log calls the request. */
  requestId?: string;
  /** Where to try once more. */
  again?: string;
}

/** For a request that could not be answered. */
export function errorPage(status: number, { requestId, again }: ErrorDetails = {}): Page {
  const passes = status === 503 || status === 429;
  const [title, text] = passes
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
          {passes && again && (
            <a class="button" href={again}>
              {texts.retry}
            </a>
          )}
          <a class={passes ? 'button button-plain' : 'button'} href="/">
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
