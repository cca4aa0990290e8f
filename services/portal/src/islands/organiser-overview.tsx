import type { ContestRules } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-overview';
import { useLive } from '../client/live.ts';
import { count, readNow } from '../client/organisers.ts';
import { ContestNight } from '../components/organisers/contest-night.tsx';
import { Shown } from '../components/organisers/shown.tsx';
import { formatNumber } from '../format.ts';

const EVERY_MS = 10_000;
const JOBS = '/api/admin/jobs';

/** What waits for an organiser, and what is done on contest night in which order. */
export default function OrganiserOverview() {
  const live = useLive({
    key: 'overview',
    everyMs: EVERY_MS,
    load: async (loading) => {
      // First alone: who may not see it is asked, or told, once.
      const { data: contest, now } = await readNow<ContestRules>('/api/admin/contest', loading);
      const [failed, uploaded, processing, pending, reports, flags] = await Promise.all([
        count(JOBS, { state: 'failed' }, loading),
        count(JOBS, { state: 'uploaded' }, loading),
        count(JOBS, { state: 'processing' }, loading),
        count(JOBS, { state: 'pending' }, loading),
        count('/api/admin/reports', {}, loading),
        count('/api/admin/votes/flags', {}, loading),
      ]);
      return { contest, now, failed, uploaded, processing, pending, reports, flags };
    },
  });
  return (
    <Shown live={live}>
      {({ contest, now, ...counts }) => (
        <div class="stack-wide">
          <Board heading={texts.waiting.heading} counts={counts} entries={waiting} />
          <Board heading={texts.queue.heading} counts={counts} entries={queue} />
          <ContestNight contest={contest} now={now} />
        </div>
      )}
    </Shown>
  );
}

type Counted = 'failed' | 'uploaded' | 'processing' | 'pending' | 'reports' | 'flags';

interface Entry {
  name: Counted;
  href: string;
  text: (count: number) => string;
}

const waiting: readonly Entry[] = [
  { name: 'flags', href: '/organizacion/votos', text: texts.waiting.flags },
  { name: 'reports', href: '/organizacion/reportes', text: texts.waiting.reports },
  { name: 'pending', href: '/organizacion/reportes?ver=revision', text: texts.waiting.pending },
  { name: 'failed', href: '/organizacion/trabajos?estado=fallidos', text: texts.waiting.failed },
];
const queue: readonly Entry[] = [
  { name: 'uploaded', href: '/organizacion/trabajos?estado=cola', text: texts.queue.uploaded },
  { name: 'processing', href: '/organizacion/trabajos?estado=procesando', text: texts.queue.processing },
];

interface BoardProps {
  heading: string;
  counts: Readonly<Record<Counted, number>>;
  entries: readonly Entry[];
}

function Board({ heading, counts, entries }: BoardProps) {
  return (
    <section class="stack" aria-label={heading}>
      <h2>{heading}</h2>
      <ul class="waiting">
        {entries.map(({ name, href, text }) => (
          <li key={name} {...(counts[name] === 0 && { class: 'is-none' })}>
            <a href={href}>
              <b>{formatNumber(counts[name])}</b>
              <span>{text(counts[name])}</span>
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
