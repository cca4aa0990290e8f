import * as texts from '#texts/home';
import { Empty, Notice } from '../components/feedback.tsx';
import { BallIcon, StarIcon } from '../components/icons.tsx';
import { Mark } from '../components/mark.tsx';
import { contestNow } from '../contest-state.ts';
import { Island } from '../island.tsx';
import ContestSentence from '../islands/contest-sentence.tsx';
import LiveRanking from '../islands/live-ranking.tsx';
import LiveTotals from '../islands/live-totals.tsx';
import type { Page } from '../page.ts';
import { ifThere, type Upstream } from '../upstream.ts';

const TOP = 5;

export async function homePage({ stats, contest, rankings }: Upstream): Promise<Page> {
  const [rules, totals, top] = await Promise.all([
    contest().then(contestNow),
    ifThere(stats()),
    ifThere(rankings({ limit: TOP })),
  ]);
  const { state } = rules;
  const isOver = state === 'counting' || state === 'final';
  return {
    title: texts.title,
    description: texts.description,
    canonical: '/',
    section: 'home',
    body: (
      <div class="stack-wide">
        <section class="hero">
          <Hall />
          <div class="hero-in">
            <h1>
              {texts.headline[0]} <em>{texts.headline[1]}</em>
            </h1>
            <p class="lead">{texts.lead[state]}</p>
            <p class="row">
              {texts.ways[isOver ? 'over' : 'before'].map(({ href, text }, index) => (
                <a key={href} class={`button${index > 0 ? ' button-plain' : ''}`} href={href}>
                  {text}
                </a>
              ))}
            </p>
            <Island name="contest-sentence" of={ContestSentence} props={{ contest: rules }} />
          </div>
        </section>
        {totals && (
          <section class="stack" aria-labelledby="totales">
            <h2 id="totales">{texts.totals[isOver ? 'over' : 'live']}</h2>
            <Island name="live-totals" of={LiveTotals} props={{ stats: totals }} />
          </section>
        )}
        <section class="stack" aria-labelledby="top">
          <h2 id="top">{texts.topPlayers}</h2>
          {!top ? (
            <Notice kind="warn">{texts.noRanking}</Notice>
          ) : top.total === 0 ? (
            <Empty icon={BallIcon}>
              <p>
                {texts.noVideos} {!isOver && texts.beFirst}
              </p>
            </Empty>
          ) : (
            <Island
              name="live-ranking"
              of={LiveRanking}
              props={{ rows: top.rows, limit: TOP, contestState: state }}
            />
          )}
          <p>
            <a href="/rankings">{texts.allRankings}</a>
          </p>
        </section>
        <section class="stack" aria-labelledby="pasos">
          <h2 id="pasos">{texts.steps}</h2>
          <ol class="quarters">
            {texts.quarters.map(({ name, title, text }, index) => (
              <li key={name} {...(index === texts.current[state] && { 'aria-current': 'step' as const })}>
                <p class="row">
                  <span class="quarter-name">{name}</span>
                  {index === texts.current[state] && <span class="badge badge-ball">{texts.now}</span>}
                </p>
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

/** As in the clips' bumpers. */
function Hall() {
  return (
    <>
      <svg
        class="hero-hall"
        viewBox="0 0 1280 720"
        preserveAspectRatio="xMidYMax slice"
        aria-hidden="true"
        focusable="false"
      >
        <linearGradient id="beam" x2="0" y2="1">
          <stop offset="0" stop-color="#9db8ff" stop-opacity=".22" />
          <stop offset="1" stop-color="#9db8ff" stop-opacity="0" />
        </linearGradient>
        <linearGradient id="floor" x2="0" y2="1">
          <stop offset="0" stop-color="#7a3412" />
          <stop offset="1" stop-color="#2a1420" />
        </linearGradient>
        <radialGradient id="pool">
          <stop offset="0" stop-color="#ff9a3c" stop-opacity=".55" />
          <stop offset="1" stop-color="#ff9a3c" stop-opacity="0" />
        </radialGradient>
        <path fill="url(#beam)" d="M150 0h60l330 610H120zM1070 0h60l30 610H740z" />
        <path fill="url(#floor)" d="M0 610h1280v110H0z" />
        <ellipse cx="900" cy="668" rx="430" ry="62" fill="url(#pool)" />
        <g fill="none" stroke="#ffd9ae" stroke-opacity=".6" stroke-width="2.5">
          <path d="M0 611h1280M640 612v108M-40 632c150 0 240 12 240 34s-90 54-240 54" />
          <ellipse cx="640" cy="668" rx="180" ry="28" />
        </g>
      </svg>
      <Mark class="hero-ball" />
    </>
  );
}
