import * as texts from '#texts/rankings';

interface PagerProps {
  page: number;
  /** Rows on all pages. */
  total: number;
  /** Rows on each. */
  limit: number;
  href: (page: number) => string;
}

export function Pager({ page, total, limit, href }: PagerProps) {
  const pages = Math.ceil(total / limit);
  if (pages <= 1) return null;
  return (
    <nav class="pager" aria-label={texts.pages}>
      {page > 1 ? (
        <a class="button button-plain" rel="prev" href={href(page - 1)}>
          {texts.previous}
        </a>
      ) : (
        <span />
      )}
      <span class="soft">{texts.page(page, pages)}</span>
      {page < pages ? (
        <a class="button button-plain" rel="next" href={href(page + 1)}>
          {texts.next}
        </a>
      ) : (
        <span />
      )}
    </nav>
  );
}
