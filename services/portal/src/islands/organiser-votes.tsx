import type { VoteFlag } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-votes';
import { actions, by, untitled } from '#texts/organisers';
import { useAddress } from '../client/address.ts';
import { useLive } from '../client/live.ts';
import { describeForOrganisers } from '../client/organiser-problems.ts';
import { list } from '../client/organisers.ts';
import { useAction } from '../client/use-action.ts';
import { Empty } from '../components/feedback.tsx';
import { CheckIcon } from '../components/icons.tsx';
import { Chips, chosenOf } from '../components/organisers/chips.tsx';
import { type Desk, DeskTop, useDesk } from '../components/organisers/desk.tsx';
import { askToDismiss, askToRestore, askToVoid } from '../components/organisers/flag-questions.tsx';
import { Judging } from '../components/organisers/judging.tsx';
import { Moment } from '../components/organisers/moment.tsx';
import { Shown } from '../components/organisers/shown.tsx';
import { type Column, Table } from '../components/organisers/table.tsx';
import { nameOf } from '../components/organisers/video-questions.tsx';
import { OpenVideo } from '../components/organisers/video-sheet.tsx';
import { Pager } from '../components/pager.tsx';
import { formatNumber } from '../format.ts';
import { address, pageNumber } from '../query.ts';

const PATH = '/organizacion/votos';
const LIMIT = 25;
const EVERY_MS = 15_000;

/** Votes that came together in a way to look at. */
export default function OrganiserVotes() {
  const query = useAddress();
  const desk = useDesk();
  const chosen = chosenOf(texts.state, query?.estado);
  const page = pageNumber(query?.pagina) ?? 1;
  const live = useLive({
    key: query && `${chosen} ${page}`,
    turn: desk.turn,
    everyMs: EVERY_MS,
    load: (loading) => {
      const state = chosen === 'abiertas' ? 'open' : 'settled';
      return list<VoteFlag>('/api/admin/votes/flags', { state, page, limit: LIMIT }, loading);
    },
  });
  const href = (more: { pagina?: number | undefined; video?: string }) =>
    address(PATH, {
      estado: chosen === 'abiertas' ? undefined : chosen,
      pagina: page > 1 ? page : undefined,
      ...more,
    });
  return (
    <DeskTop desk={desk}>
      <Chips label={texts.states} names={texts.state} chosen={chosen} path={PATH} parameter="estado" />
      <Shown live={live}>
        {({ rows, total }) => (
          <>
            <p class="soft prose">{texts.explained[chosen]}</p>
            {rows.length === 0 ? (
              <Empty icon={CheckIcon}>
                <p>{texts.empty[chosen]}</p>
              </Empty>
            ) : (
              <Table
                label={texts.state[chosen]}
                rows={rows}
                page={page}
                keyOf={({ flag_id }) => flag_id}
                columns={columnsOf(desk, href)}
              />
            )}
            <Pager
              {...{ page, total, limit: LIMIT }}
              href={(other) => href({ pagina: other > 1 ? other : undefined })}
            />
            <Judging />
          </>
        )}
      </Shown>
      <OpenVideo id={query?.video} desk={desk} close={href({})} />
    </DeskTop>
  );
}

const columnsOf = (desk: Desk, href: (more: { video: string }) => string): Column<VoteFlag>[] => [
  { head: texts.column.video, cell: (flag) => <Video flag={flag} href={href({ video: flag.video_id })} /> },
  { head: texts.column.what, cell: (flag) => <What flag={flag} /> },
  { head: texts.column.accounts, cell: (flag) => <Accounts flag={flag} /> },
  { head: texts.column.when, cell: (flag) => <When flag={flag} /> },
  { head: actions, cell: (flag) => <Verdict flag={flag} desk={desk} /> },
];

function Video({ flag, href }: { flag: VoteFlag; href: string }) {
  return (
    <>
      {flag.title === undefined ? (
        untitled
      ) : (
        <a class="written" href={href}>
          {flag.title}
        </a>
      )}
      <p class="soft small written">{by(nameOf(flag))}</p>
      <p class="soft small">{texts.now(flag.video_votes)}</p>
    </>
  );
}

function What({ flag: { kind, votes, of_votes } }: { flag: VoteFlag }) {
  return (
    <>
      <span class="badge badge-ball">{texts.kind[kind]}</span>
      <p>{texts.of(votes, of_votes)}</p>
    </>
  );
}

function Accounts({ flag }: { flag: VoteFlag }) {
  return (
    <ul class="counts">
      {(['newborn', 'unverified', 'gone'] as const).map((sort) => (
        <li key={sort}>
          <b>{formatNumber(flag[sort])}</b> <span class="soft small">{texts.accounts[sort]}</span>
        </li>
      ))}
    </ul>
  );
}

function When({ flag: { first_at, last_at } }: { flag: VoteFlag }) {
  return (
    <>
      <Moment at={first_at} />
      {' – '}
      <Moment at={last_at} />
    </>
  );
}

function Verdict({ flag, desk }: { flag: VoteFlag; desk: Desk }) {
  if (flag.state === 'open') return <Settle flag={flag} desk={desk} />;
  const { voiding_id } = flag;
  if (voiding_id === undefined) return <>{texts.verdict.dismissed}</>;
  return (
    <>
      <p>{texts.verdict.voided(voiding_id)}</p>
      <button
        type="button"
        class="button button-small button-plain"
        onClick={() => desk.ask(askToRestore(flag, voiding_id))}
      >
        {texts.restore.action}
        <span class="unseen"> {flag.title}</span>
      </button>
    </>
  );
}

function Settle({ flag, desk }: { flag: VoteFlag; desk: Desk }) {
  const [isCounting, act, problem] = useAction(describeForOrganisers);
  return (
    <span class="row">
      <button
        type="button"
        class="button button-small button-plain"
        onClick={() => desk.ask(askToDismiss(flag))}
      >
        {texts.dismiss.action}
        <span class="unseen"> {flag.title}</span>
      </button>
      <button
        type="button"
        class="button button-small button-danger"
        aria-disabled={isCounting}
        onClick={() => act(async () => desk.ask(await askToVoid(flag)))}
      >
        {isCounting ? texts.voiding.counting : texts.voiding.action}
        <span class="unseen"> {flag.title}</span>
      </button>
      {problem && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </span>
  );
}
