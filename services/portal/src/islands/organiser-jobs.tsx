import type { Job, Redriven } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-jobs';
import { deaths } from '#texts/organiser-videos';
import { actions, by } from '#texts/organisers';
import { useAddress } from '../client/address.ts';
import { useLive } from '../client/live.ts';
import { type Listing, list } from '../client/organisers.ts';
import { call } from '../client/session.ts';
import { Empty } from '../components/feedback.tsx';
import { BallIcon } from '../components/icons.tsx';
import { Chips, chosenOf } from '../components/organisers/chips.tsx';
import type { Question } from '../components/organisers/confirm.tsx';
import { type Desk, DeskTop, useDesk } from '../components/organisers/desk.tsx';
import { Moment } from '../components/organisers/moment.tsx';
import { RetryButton } from '../components/organisers/retry-button.tsx';
import { Shown } from '../components/organisers/shown.tsx';
import { Table } from '../components/organisers/table.tsx';
import { nameOf } from '../components/organisers/video-questions.tsx';
import { OpenVideo } from '../components/organisers/video-sheet.tsx';
import { VideoState } from '../components/organisers/video-state.tsx';
import { Pager } from '../components/pager.tsx';
import { formatNumber } from '../format.ts';
import { address, pageNumber } from '../query.ts';

const PATH = '/organizacion/trabajos';
const LIMIT = 25;
const EVERY_MS = 5000;

const asked = {
  todos: undefined,
  cola: 'uploaded',
  procesando: 'processing',
  listos: 'processed',
  fallidos: 'failed',
} as const;

/** Everybody's videos and how far they are. */
export default function OrganiserJobs() {
  const query = useAddress();
  const desk = useDesk();
  const state = chosenOf(texts.state, query?.estado);
  const page = pageNumber(query?.pagina) ?? 1;
  const live = useLive({
    key: query && `${state} ${page}`,
    turn: desk.turn,
    everyMs: EVERY_MS,
    load: (loading) => list<Job>('/api/admin/jobs', { state: asked[state], page, limit: LIMIT }, loading),
  });
  const href = (more: { pagina?: number | undefined; video?: string }) =>
    address(PATH, {
      estado: state === 'todos' ? undefined : state,
      pagina: page > 1 ? page : undefined,
      ...more,
    });
  return (
    <DeskTop desk={desk}>
      <Chips label={texts.states} names={texts.state} chosen={state} path={PATH} parameter="estado" />
      <Shown live={live}>
        {(jobs) => (
          <>
            <p class={`live${live.problem === undefined ? '' : ' live-off'}`}>{texts.live}</p>
            <Jobs {...{ jobs, state, page, href, desk }} />
            <Pager
              {...{ page, total: jobs.total, limit: LIMIT }}
              href={(other) => href({ pagina: other > 1 ? other : undefined })}
            />
            <DeadLetters desk={desk} />
          </>
        )}
      </Shown>
      <OpenVideo id={query?.video} desk={desk} close={href({})} />
    </DeskTop>
  );
}

interface JobsProps {
  jobs: Listing<Job>;
  state: keyof typeof texts.state;
  page: number;
  href: (more: { video: string }) => string;
  desk: Desk;
}

function Jobs({ jobs, state, page, href, desk }: JobsProps) {
  if (jobs.rows.length === 0) {
    return (
      <Empty icon={BallIcon}>
        <p>{texts.empty[state]}</p>
      </Empty>
    );
  }
  return (
    <Table
      label={texts.list}
      rows={jobs.rows}
      page={page}
      keyOf={({ video_id }) => video_id}
      columns={[
        { head: texts.column.video, cell: (job) => <Title job={job} href={href({ video: job.video_id })} /> },
        { head: texts.column.state, cell: (job) => <VideoState job={job} /> },
        { head: texts.column.attempts, isNumber: true, cell: (job) => <Attempts {...job} /> },
        { head: texts.column.when, cell: (job) => <Moment at={job.queued_at} /> },
        {
          head: actions,
          cell: (job) => job.status === 'failed' && <RetryButton job={job} desk={desk} />,
        },
      ]}
    />
  );
}

function Title({ job, href }: { job: Job; href: string }) {
  return (
    <>
      <a class="written" href={href}>
        {job.title}
      </a>
      <p class="soft small written">{by(nameOf(job))}</p>
    </>
  );
}

function Attempts(job: Job) {
  return (
    <>
      {formatNumber(job.attempts)}
      {job.deaths > 0 && <p class="small field-error">{deaths(job.deaths)}</p>}
    </>
  );
}

const { redrive } = texts;
const askToRedrive: Question = {
  title: redrive.title,
  action: redrive.action,
  happens: redrive.happens,
  act: async () => {
    const { moved, unreadable, is_complete } = await call<Redriven>(
      'POST',
      '/api/admin/dead-letters/redrive',
    );
    return `${redrive.done(moved, unreadable)}${is_complete ? '' : redrive.more}`;
  },
};

function DeadLetters({ desk }: { desk: Desk }) {
  return (
    <section class="panel stack" aria-labelledby="sin-entregar">
      <h2 id="sin-entregar">{redrive.heading}</h2>
      <p class="soft prose">{redrive.text}</p>
      <p>
        <button type="button" class="button button-plain" onClick={() => desk.ask(askToRedrive)}>
          {redrive.action}
        </button>
      </p>
    </section>
  );
}
