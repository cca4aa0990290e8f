import type { Result, ResultRow } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-results';
import { gone, untitled } from '#texts/organisers';
import { formatNumber } from '../../format.ts';
import { Empty } from '../feedback.tsx';
import { TrophyIcon } from '../icons.tsx';
import { Pager } from '../pager.tsx';
import { type Column, Table } from './table.tsx';

interface ResultTableProps {
  result: Result;
  view: keyof typeof texts.view;
  page: number;
  href: (more: { pagina: number | undefined }) => string;
}

const LIMIT = 50;

/** Those in the final, city by city; or all, by their places. */
export function ResultTable({ result, view, page, href }: ResultTableProps) {
  const rows = view === 'todos' ? result.results : finalistsOf(result.results);
  if (rows.length === 0) {
    return (
      <Empty icon={TrophyIcon}>
        <p>{texts.empty[view]}</p>
      </Empty>
    );
  }
  return (
    <>
      <Table
        label={texts.view[view]}
        rows={rows.slice((page - 1) * LIMIT, page * LIMIT)}
        page={page}
        keyOf={({ video_id }) => video_id}
        columns={columnsOf(view)}
      />
      <Pager
        {...{ page, total: rows.length, limit: LIMIT }}
        href={(other) => href({ pagina: other > 1 ? other : undefined })}
      />
    </>
  );
}

const finalistsOf = (rows: readonly ResultRow[]) =>
  rows
    .filter(({ qualifies }) => qualifies)
    .toSorted((one, other) => one.city.localeCompare(other.city) || one.city_position - other.city_position);

const { column } = texts;
const columnsOf = (view: keyof typeof texts.view): Column<ResultRow>[] => [
  { head: column.city, cell: ({ city }) => <span class="written">{city}</span> },
  { head: column.cityPlace, isNumber: true, cell: ({ city_position }) => formatNumber(city_position) },
  { head: column.place, isNumber: true, cell: ({ position }) => formatNumber(position) },
  { head: column.player, cell: (row) => <Player row={row} isMarked={view === 'todos' && row.qualifies} /> },
  { head: column.video, cell: ({ title }) => <span class="written">{title ?? untitled}</span> },
  { head: column.votes, isNumber: true, cell: ({ votes }) => <b>{formatNumber(votes)}</b> },
];

function Player({ row: { username }, isMarked }: { row: ResultRow; isMarked: boolean }) {
  return (
    <>
      <span class="written">{username ?? gone}</span>{' '}
      {isMarked && <span class="badge badge-ball">{texts.qualifies}</span>}
    </>
  );
}
