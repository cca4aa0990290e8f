import type { VNode } from 'preact';
import * as texts from '#texts/organisers';
import { Island } from '../island.tsx';
import OrganiserContest from '../islands/organiser-contest.tsx';
import OrganiserJobs from '../islands/organiser-jobs.tsx';
import OrganiserOverview from '../islands/organiser-overview.tsx';
import OrganiserReports from '../islands/organiser-reports.tsx';
import OrganiserResults from '../islands/organiser-results.tsx';
import OrganiserVotes from '../islands/organiser-votes.tsx';
import type { Page } from '../page.ts';

type Name = keyof typeof texts.section;

interface Section {
  name: Name;
  path: string;
  island: VNode;
}

/** What organisers work with. What each shows, its island asks for as the person who is signed in. */
const sections: readonly Section[] = [
  {
    name: 'overview',
    path: '/organizacion',
    island: <Island name="organiser-overview" of={OrganiserOverview} props={{}} />,
  },
  {
    name: 'jobs',
    path: '/organizacion/trabajos',
    island: <Island name="organiser-jobs" of={OrganiserJobs} props={{}} />,
  },
  {
    name: 'reports',
    path: '/organizacion/reportes',
    island: <Island name="organiser-reports" of={OrganiserReports} props={{}} />,
  },
  {
    name: 'contest',
    path: '/organizacion/torneo',
    island: <Island name="organiser-contest" of={OrganiserContest} props={{}} />,
  },
  {
    name: 'votes',
    path: '/organizacion/votos',
    island: <Island name="organiser-votes" of={OrganiserVotes} props={{}} />,
  },
  {
    name: 'results',
    path: '/organizacion/resultados',
    island: <Island name="organiser-results" of={OrganiserResults} props={{}} />,
  },
];

export const organiserRoutes = () =>
  sections.map((section) => ({ path: section.path, page: () => organiserPage(section) }));

function organiserPage({ name, island }: Section): Page {
  return {
    title: `${texts.section[name]} · ${texts.organisation}`,
    description: texts.description,
    section: 'organisers',
    body: (
      <div class="stack">
        <p class="eyebrow">{texts.organisation}</p>
        <h1>{texts.section[name]}</h1>
        <nav class="sections" aria-label={texts.sections}>
          {sections.map((other) => (
            <a
              key={other.name}
              href={other.path}
              {...(other.name === name && { 'aria-current': 'page' as const })}
            >
              {texts.section[other.name]}
            </a>
          ))}
        </nav>
        {island}
      </div>
    ),
  };
}
