import type { City } from '@anb/api-client/contract';
import * as texts from '#texts/rankings';
import { Empty } from '../components/feedback.tsx';
import { TrophyIcon } from '../components/icons.tsx';
import { Pager } from '../components/pager.tsx';
import { RankedRow } from '../components/ranked-row.tsx';
import { Scoreboard } from '../components/scoreboard.tsx';
import { contestNow } from '../contest-state.ts';
import { Island } from '../island.tsx';
import ContestNotice from '../islands/contest-notice.tsx';
import LiveRanking from '../islands/live-ranking.tsx';
import type { Page } from '../page.ts';
import { address, pageNumber } from '../query.ts';
import type { Asked } from '../routes.ts';
import type { Upstream } from '../upstream.ts';

const LIMIT = 50;

export async function rankingsPage(upstream: Upstream, { ciudad, pagina }: Asked): Promise<Page | null> {
  const page = pageNumber(pagina);
  if (!page) return null;
  const [{ rows, total }, cities, stats, contest] = await Promise.all([
    upstream.rankings({ city: ciudad, page, limit: LIMIT }),
    upstream.cities(),
    upstream.stats(),
    upstream.contest().then(contestNow),
  ]);
  const city = ciudad === undefined ? undefined : (rows[0]?.city ?? ciudad);
  const known = cities.find((other) => other.city === city);
  if (page > 1 && rows.length === 0) return null;
  const totals = known ? { ...known, cities: 1 } : stats;
  return {
    title: known ? texts.ofCity(known.city) : texts.national,
    description: texts.description(known?.city),
    // What anybody writes into an address is not for search engines and previews.
    ...((known || !city) && {
      canonical: address('/rankings', { ciudad: city, pagina: page > 1 ? page : undefined }),
    }),
    section: 'rankings',
    body: (
      <div class="stack-wide">
        <div class="stack">
          <h1 class="written">{city ? texts.ofCity(city) : texts.national}</h1>
          <CityChips cities={cities} chosen={city} />
        </div>
        <Island name="contest-notice" of={ContestNotice} props={{ contest }} />
        {rows.length === 0 ? (
          <Empty icon={TrophyIcon}>
            <p>{texts.empty}</p>
            <a class="button" href="/subir">
              {texts.emptyAction}
            </a>
          </Empty>
        ) : page === 1 ? (
          <Island
            name="live-ranking"
            of={LiveRanking}
            props={{ rows, city, limit: LIMIT, contestState: contest.state }}
          />
        ) : (
          <ol class="ranking" aria-label={texts.list}>
            {rows.map((row) => (
              <RankedRow key={row.video_id} row={row} contestState={contest.state} />
            ))}
          </ol>
        )}
        <Pager
          {...{ page, total, limit: LIMIT }}
          href={(other) => address('/rankings', { ciudad: city, pagina: other > 1 ? other : undefined })}
        />
        <section class="stack" aria-labelledby="estadisticas">
          <h2 id="estadisticas">{texts.statistics}</h2>
          <Scoreboard stats={totals} />
        </section>
      </div>
    ),
  };
}

/** The contest's cities, and the chosen one where it is another. */
function CityChips({ cities, chosen }: { cities: readonly City[]; chosen: string | undefined }) {
  const shown = cities.filter(({ contest, city }) => contest || city === chosen).map(({ city }) => city);
  const current = (is: boolean) => is && { 'aria-current': 'page' as const };
  return (
    <nav class="chips chips-many" aria-label={texts.chooseCity}>
      <a class="chip" href="/rankings" {...current(chosen === undefined)}>
        {texts.country}
      </a>
      {shown.map((city) => (
        <a
          key={city}
          class="chip"
          href={address('/rankings', { ciudad: city })}
          {...current(city === chosen)}
        >
          {city}
        </a>
      ))}
    </nav>
  );
}
