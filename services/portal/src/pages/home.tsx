import type { Contest } from '@anb/api-client/contract';
import * as texts from '#texts/home';
import { Empty } from '../components/feedback.tsx';
import { BallIcon, StarIcon } from '../components/icons.tsx';
import { Island } from '../island.tsx';
import LiveRanking from '../islands/live-ranking.tsx';
import LiveTotals from '../islands/live-totals.tsx';
import type { Page } from '../page.ts';
import type { Upstream } from '../upstream.ts';

const TOP = 5;

export async function homePage({ stats, contest, rankings }: Upstream): Promise<Page> {
  const [totals, rules, top] = await Promise.all([stats(), contest(), rankings({ limit: TOP })]);
  return {
    title: texts.title,
    description: texts.description,
    canonical: '/',
    section: 'home',
    body: (
      <div class="stack-wide">
        <section class="hero">
          <Court />
          <h1>
            {texts.headline[0]} <em>{texts.headline[1]}</em>
          </h1>
          <p>{texts.lead}</p>
          <p class="row">
            <a class="button" href="/subir">
              {texts.start}
            </a>
            <a class="button button-plain" href="/rankings">
              {texts.seeRankings}
            </a>
          </p>
          <p class="soft">{describeWindow(rules)}</p>
        </section>
        <section class="stack" aria-labelledby="totales">
          <h2 id="totales">{texts.totals}</h2>
          <Island name="live-totals" of={LiveTotals} props={{ stats: totals }} />
        </section>
        <section class="stack" aria-labelledby="top">
          <h2 id="top">{texts.topPlayers}</h2>
          {top.total === 0 ? (
            <Empty icon={BallIcon}>
              <p>{texts.noVideos}</p>
            </Empty>
          ) : (
            <Island
              name="live-ranking"
              of={LiveRanking}
              props={{ rows: top.rows, limit: TOP, isVotingOpen: rules.open }}
            />
          )}
          <p>
            <a href="/rankings">{texts.allRankings}</a>
          </p>
        </section>
        <section class="stack" aria-labelledby="pasos">
          <h2 id="pasos">{texts.steps}</h2>
          <ol class="quarters">
            {texts.quarters.map(({ name, title, text }) => (
              <li key={name}>
                <span class="quarter-name">{name}</span>
                <h3>{title}</h3>
                <p class="soft">{text}</p>
              </li>
            ))}
          </ol>
          <p class="soft">{texts.finalists(rules.finalists_per_city)}</p>
        </section>
        <section class="stack" aria-labelledby="premios">
          <h2 id="premios">{texts.prizes}</h2>
          <ul class="prizes">
            {texts.prizeList.map(({ title, text }) => (
              <li key={title}>
                <StarIcon />
                <div>
                  <h3>{title}</h3>
                  <p class="soft">{text}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      </div>
    ),
  };
}

function describeWindow({ open, opens_at, closes_at }: Contest): string {
  if (open) return closes_at ? texts.window.openUntil(closes_at) : texts.window.open;
  const isOver = closes_at && Date.parse(closes_at) <= Date.now();
  return isOver ? texts.window.closed(closes_at) : texts.window.soon(opens_at);
}

/** Half a court, from above. */
function Court() {
  return (
    <svg class="hero-court" viewBox="0 0 560 470" aria-hidden="true" focusable="false">
      <path d="M30 20h500v430H30zM205 20h150v190H205zM205 210a75 75 0 0 0 150 0M60 20v90a220 220 0 0 0 440 0V20M250 45h60M205 450a75 75 0 0 1 150 0" />
      <circle cx="280" cy="58" r="12" />
    </svg>
  );
}
