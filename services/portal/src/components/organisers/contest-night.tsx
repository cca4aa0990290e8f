import type { ContestRules } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-overview';
import { describeWindow } from '../../client/contest-window.ts';

interface ContestNightProps {
  contest: ContestRules;
  /** By the server's clock. */
  now: number;
}

/** What is done on contest night, in its order. */
export function ContestNight({ contest, now }: ContestNightProps) {
  const { open, watch, close, freeze } = texts.quarters;
  return (
    <section class="stack" aria-labelledby="noche">
      <h2 id="noche">{texts.night}</h2>
      <p class={`live${contest.open ? '' : ' live-off'}`}>{describeWindow(contest, now)}</p>
      <ol class="quarters">
        <Quarter {...open} links={[['/organizacion/torneo', open.link]]} />
        <Quarter
          {...watch}
          links={[
            ['/rankings', watch.ranking],
            ['/organizacion/votos', watch.votes],
            ['/organizacion/reportes', watch.reports],
          ]}
        />
        <Quarter {...close} links={[['/organizacion/torneo', close.link]]} />
        <Quarter {...freeze} links={[['/organizacion/resultados', freeze.link]]} />
      </ol>
    </section>
  );
}

interface QuarterProps {
  name: string;
  text: string;
  links: readonly (readonly [href: string, text: string])[];
}

function Quarter({ name, text, links }: QuarterProps) {
  return (
    <li>
      <h3 class="quarter-name">{name}</h3>
      <p class="soft">{text}</p>
      {links.map(([href, words]) => (
        <a key={href} href={href}>
          {words}
        </a>
      ))}
    </li>
  );
}
