import type { VNode } from 'preact';
import * as texts from '#texts/organisers';
import { Island } from '../island.tsx';
import OrganiserJobs from '../islands/organiser-jobs.tsx';
import OrganiserReports from '../islands/organiser-reports.tsx';
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
    name: 'jobs',
    path: '/organizacion/trabajos',
    island: <Island name="organiser-jobs" of={OrganiserJobs} props={{}} />,
  },
  {
    name: 'reports',
    path: '/organizacion/reportes',
    island: <Island name="organiser-reports" of={OrganiserReports} props={{}} />,
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
