import type { City } from '@anb/api-client/contract';
import * as texts from '#texts/videos';
import { cityName } from '../cities.ts';
import { Empty } from '../components/feedback.tsx';
import { PlayIcon, SearchIcon } from '../components/icons.tsx';
import { Pager } from '../components/pager.tsx';
import { VideoCard } from '../components/video-card.tsx';
import { contestNow } from '../contest-state.ts';
import { Island } from '../island.tsx';
import ContestNotice from '../islands/contest-notice.tsx';
import type { Page } from '../page.ts';
import { address, pageNumber } from '../query.ts';
import type { Asked } from '../routes.ts';
import type { Upstream } from '../upstream.ts';

const LIMIT = 24;
/** Cards that a phone shows without scrolling. */
const FIRST = 2;

const orders = { votos: 'votes', recientes: 'recent', azar: 'random' } as const;
type Order = keyof typeof orders;
const isOrder = (text: string): text is Order => Object.hasOwn(orders, text);

/** Another one each minute, so that all videos have their turn at the top, and a page is made once for all who come then. */
const seedNow = () => 1 + (Math.floor(Date.now() / 60_000) % 999_999);

export async function videosPage(upstream: Upstream, asked: Asked): Promise<Page | null> {
  const { ciudad, q, orden = 'votos', semilla } = asked;
  const page = pageNumber(asked.pagina);
  if (!page || !isOrder(orden)) return null;
  // Kept from page to page.
  const seed = orden === 'azar' ? (semilla && pageNumber(semilla)) || seedNow() : undefined;
  const [{ rows, total }, cities, contest] = await Promise.all([
    upstream.videos({ city: ciudad, q, sort: orders[orden], seed, page, limit: LIMIT }),
    upstream.cities(),
    upstream.contest().then(contestNow),
  ]);
  if (page > 1 && rows.length === 0) return null;
  const city = ciudad && cityName(ciudad, cities);
  const isKnown = cities.some((other) => other.city === city);
  const here = (changes: Record<string, string | number | undefined>) =>
    address('/videos', {
      ciudad,
      q,
      orden: orden === 'votos' ? undefined : orden,
      semilla: seed,
      ...changes,
    });
  const isFiltered = Boolean(ciudad || q);
  return {
    title: city && isKnown ? texts.titleOf(city) : texts.title[contest.state],
    description: texts.description[contest.state],
    // Searches and shuffles are not for search engines, nor is what anybody writes into an address.
    ...(!q &&
      !seed &&
      (isKnown || !city) && { canonical: here({ ciudad: city, pagina: page > 1 ? page : undefined }) }),
    section: 'videos',
    body: (
      <div class="stack-wide">
        <div class="stack">
          <h1 class="written">{city ? texts.titleOf(city) : texts.title[contest.state]}</h1>
          <Filters {...{ ciudad, q, orden, cities }} />
          <nav class="chips" aria-label={texts.order}>
            {(Object.keys(orders) as Order[]).map((name) => (
              <a
                key={name}
                class="chip"
                href={here({ orden: name === 'votos' ? undefined : name, semilla: undefined })}
                {...(name === orden && { 'aria-current': 'page' as const })}
              >
                {texts.orders[name]}
              </a>
            ))}
          </nav>
          <p class="soft row" role="status">
            {texts.found(total)}
            {isFiltered && <a href="/videos">{texts.clear}</a>}
          </p>
        </div>
        <Island name="contest-notice" of={ContestNotice} props={{ contest }} />
        {rows.length === 0 ? (
          <Empty icon={PlayIcon}>
            <p>{texts.none}</p>
            {isFiltered && <p class="soft">{texts.noneHint}</p>}
          </Empty>
        ) : (
          <>
            <h2 class="unseen">{texts.results}</h2>
            <div class="cards">
              {rows.map((video, index) => (
                <VideoCard
                  key={video.video_id}
                  video={video}
                  contestState={contest.state}
                  cities={cities}
                  isFirst={index < FIRST}
                />
              ))}
            </div>
          </>
        )}
        <Pager
          {...{ page, total, limit: LIMIT }}
          href={(other) => here({ pagina: other > 1 ? other : undefined })}
        />
      </div>
    ),
  };
}

interface FiltersProps {
  ciudad: string | undefined;
  q: string | undefined;
  orden: Order;
  cities: readonly City[];
}

function Filters({ ciudad, q, orden, cities }: FiltersProps) {
  const names = cities.map(({ city }) => city);
  return (
    <search>
      <form class="filters" action="/videos" autocomplete="off">
        <div class="field">
          <label for="q">{texts.searchLabel}</label>
          <input class="input" id="q" name="q" type="search" maxlength={100} value={q} />
        </div>
        <div class="field">
          <label for="ciudad">{texts.city}</label>
          <select class="input" id="ciudad" name="ciudad">
            <option value="">{texts.allCities}</option>
            {ciudad && !names.includes(ciudad) && <option selected>{ciudad}</option>}
            {names.map((name) => (
              <option key={name} selected={name === ciudad}>
                {name}
              </option>
            ))}
          </select>
        </div>
        {orden !== 'votos' && <input type="hidden" name="orden" value={orden} />}
        <button class="button button-plain" type="submit">
          <SearchIcon />
          {texts.search}
        </button>
      </form>
    </search>
  );
}
