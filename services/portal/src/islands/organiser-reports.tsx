import type { Job, ReportedVideo } from '@anb/api-client/organiser-contract';
import { useId, useState } from 'preact/hooks';
import * as texts from '#texts/organiser-reports';
import { hide } from '#texts/organiser-videos';
import { actions, by } from '#texts/organisers';
import { goTo, useAddress } from '../client/address.ts';
import { useLive } from '../client/live.ts';
import { type Listing, list } from '../client/organisers.ts';
import { Empty } from '../components/feedback.tsx';
import { CheckIcon } from '../components/icons.tsx';
import { Chips, chosenOf } from '../components/organisers/chips.tsx';
import { type Desk, DeskTop, useDesk } from '../components/organisers/desk.tsx';
import { Moment } from '../components/organisers/moment.tsx';
import { Shown } from '../components/organisers/shown.tsx';
import { type Column, Table } from '../components/organisers/table.tsx';
import {
  askToHide,
  askToShow,
  type Judged,
  nameOf,
  wordsToShow,
} from '../components/organisers/video-questions.tsx';
import { OpenVideo } from '../components/organisers/video-sheet.tsx';
import { Visibility } from '../components/organisers/video-state.tsx';
import { Pager } from '../components/pager.tsx';
import { address, pageNumber } from '../query.ts';

const PATH = '/organizacion/reportes';
const LIMIT = 25;
const EVERY_MS = 10_000;

/** A reported video, or one that an organiser has to judge, or has. */
type Row = Judged & { when: string; reasons: string[]; status?: Job['status'] };

const ofReported = (video: ReportedVideo): Row => ({ ...video, when: video.last_reported_at });
const ofJob = (job: Job): Row => ({ ...job, when: job.queued_at, reasons: [], reports: 0 });

/** Videos that an organiser has to judge, or has. */
export default function OrganiserReports() {
  const query = useAddress();
  const desk = useDesk();
  const view = chosenOf(texts.view, query?.ver);
  const page = pageNumber(query?.pagina) ?? 1;
  const live = useLive<Listing<Row>>({
    key: query && `${view} ${page}`,
    turn: desk.turn,
    everyMs: EVERY_MS,
    load: async (loading) => {
      if (view === 'reportados') {
        const reported = await list<ReportedVideo>('/api/admin/reports', { page, limit: LIMIT }, loading);
        return { ...reported, rows: reported.rows.map(ofReported) };
      }
      const state = view === 'revision' ? 'pending' : 'hidden';
      const jobs = await list<Job>('/api/admin/jobs', { state, page, limit: LIMIT }, loading);
      return { ...jobs, rows: jobs.rows.map(ofJob) };
    },
  });
  const href = (more: { pagina?: number | undefined; video?: string }) =>
    address(PATH, {
      ver: view === 'reportados' ? undefined : view,
      pagina: page > 1 ? page : undefined,
      ...more,
    });
  return (
    <DeskTop desk={desk}>
      <Chips label={texts.views} names={texts.view} chosen={view} path={PATH} parameter="ver" />
      <Shown live={live}>
        {({ rows, total }) => (
          <>
            <p class="soft prose">{texts.explained[view]}</p>
            {rows.length === 0 ? (
              <Empty icon={CheckIcon}>
                <p>{texts.empty[view]}</p>
              </Empty>
            ) : (
              <Table
                label={texts.view[view]}
                rows={rows}
                page={page}
                keyOf={({ video_id }) => video_id}
                columns={columnsOf(view, desk, href)}
              />
            )}
            <Pager
              {...{ page, total, limit: LIMIT }}
              href={(other) => href({ pagina: other > 1 ? other : undefined })}
            />
            <FindVideo hrefOf={(video) => href({ video })} />
          </>
        )}
      </Shown>
      <OpenVideo id={query?.video} desk={desk} close={href({})} />
    </DeskTop>
  );
}

function columnsOf(
  view: keyof typeof texts.view,
  desk: Desk,
  href: (more: { video: string }) => string,
): Column<Row>[] {
  const { column } = texts;
  return [
    { head: column.video, cell: (row) => <Title row={row} href={href({ video: row.video_id })} /> },
    ...(view === 'reportados' ? [{ head: column.reasons, cell: (row: Row) => <Reasons row={row} /> }] : []),
    { head: column.state, cell: (row) => <Visibility {...row} /> },
    { head: column.when[view], cell: (row) => <Moment at={row.when} /> },
    { head: actions, cell: (row) => <Verdict row={row} desk={desk} /> },
  ];
}

function Title({ row, href }: { row: Row; href: string }) {
  return (
    <>
      <a class="written" href={href}>
        {row.title}
      </a>
      <p class="soft small written">{by(nameOf(row))}</p>
    </>
  );
}

function Reasons({ row: { reports, reasons } }: { row: Row }) {
  return (
    <>
      <b>{texts.reports(reports)}</b>
      <ul class="reasons small">
        {reasons.map((reason, index) => (
          <li key={index} class="written">
            {reason}
          </li>
        ))}
      </ul>
      {reports > reasons.length && <p class="soft small">{texts.more(reports - reasons.length)}</p>}
    </>
  );
}

function Verdict({ row, desk }: { row: Row; desk: Desk }) {
  return (
    <span class="row">
      {!row.hidden && (
        <button
          type="button"
          class="button button-small button-danger"
          onClick={() => desk.ask(askToHide(row))}
        >
          {hide.action}
          <span class="unseen"> {row.title}</span>
        </button>
      )}
      <button type="button" class="button button-small button-plain" onClick={() => desk.ask(askToShow(row))}>
        {wordsToShow(row)}
        <span class="unseen"> {row.title}</span>
      </button>
    </span>
  );
}

const ID = /[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}/i;

/** Any video, reported or not, by the address of its page. */
function FindVideo({ hrefOf }: { hrefOf: (id: string) => string }) {
  const [isWrong, setWrong] = useState(false);
  const id = useId();
  const { label, hint, action, wrong } = texts.find;

  function find(event: SubmitEvent) {
    event.preventDefault();
    const field = (event.currentTarget as HTMLFormElement).elements.namedItem('video') as HTMLInputElement;
    const found = ID.exec(field.value)?.[0];
    setWrong(!found);
    if (found) goTo(hrefOf(found.toLowerCase()));
    else field.focus();
  }

  return (
    <form class="panel field prose" onSubmit={find} noValidate>
      <label for={id}>{label}</label>
      <div class="row">
        <input
          id={id}
          name="video"
          class="input find-field"
          type="text"
          inputMode="url"
          autoComplete="off"
          aria-describedby={`${id}-hint`}
          aria-invalid={isWrong}
        />
        <button type="submit" class="button button-plain">
          {action}
        </button>
      </div>
      <p
        id={`${id}-hint`}
        class={isWrong ? 'field-error' : 'field-hint'}
        role={isWrong ? 'alert' : undefined}
      >
        {isWrong ? wrong : hint}
      </p>
    </form>
  );
}
