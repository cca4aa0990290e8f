import type { RankingRow } from '@anb/api-client/contract';
import { useEffect, useLayoutEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/rankings';
import { useContestState } from '../client/contest.ts';
import { type StreamState, watchRanking } from '../client/watch-ranking.ts';
import { RankedRow } from '../components/ranked-row.tsx';
import type { ContestState } from '../contest-state.ts';

interface LiveRankingProps {
  /** The first page, as it was rendered. */
  rows: RankingRow[];
  city?: string | undefined;
  /** Rows that are shown. */
  limit: number;
  contestState: ContestState;
}

const MOVED_MS = 6000;

/** The first page of a ranking, which moves as votes come in. */
export default function LiveRanking({ rows, city, limit, contestState }: LiveRankingProps) {
  const contest = useContestState(contestState);
  const { current, moves, state, spoken } = useLiveRows(rows, city);
  const list = useRef<HTMLOListElement>(null);
  useGlide(list, current);
  return (
    <div class="stack">
      <p class={`live${state === 'live' ? '' : ' live-off'}`}>
        {state === 'live' ? texts.live : state === 'connecting' ? texts.connecting : texts.notLive}
      </p>
      <ol class="ranking" aria-label={texts.list} ref={list}>
        {current.slice(0, limit).map((row) => (
          <RankedRow
            key={row.video_id}
            row={row}
            contestState={contest}
            moved={moves.get(row.video_id) ?? 0}
          />
        ))}
      </ol>
      <p class="unseen" role="status">
        {spoken}
      </p>
    </div>
  );
}

function useLiveRows(rendered: RankingRow[], city: string | undefined) {
  const [current, setCurrent] = useState(rendered);
  const [moves, setMoves] = useState<ReadonlyMap<string, number>>(new Map());
  const [state, setState] = useState<StreamState>('connecting');
  const [spoken, setSpoken] = useState('');
  const last = useRef(rendered);
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout>;
    const leave = watchRanking(city, setState, (rows) => {
      const moved = movesBetween(last.current, rows);
      last.current = rows;
      setCurrent(rows);
      if (moved.size === 0) return;
      setMoves(moved);
      const risen = rows.find(({ video_id }) => (moved.get(video_id) ?? 0) > 0);
      if (risen) setSpoken(texts.moved.spokenUp(risen.username, risen.position));
      clearTimeout(timer);
      timer = setTimeout(() => setMoves(new Map()), MOVED_MS);
    });
    return () => {
      clearTimeout(timer);
      leave();
    };
  }, [city]);
  return { current, moves, state, spoken };
}

/** Places gained, of each that stands otherwise than before. */
function movesBetween(before: readonly RankingRow[], after: readonly RankingRow[]): Map<string, number> {
  const places = new Map(before.map(({ video_id, position }) => [video_id, position]));
  return new Map(
    after.flatMap(({ video_id, position }) => {
      const moved = (places.get(video_id) ?? position) - position;
      return moved === 0 ? [] : [[video_id, moved] as const];
    }),
  );
}

/** Rows glide from where they stood to where they stand now. */
function useGlide(list: { current: HTMLOListElement | null }, rows: readonly RankingRow[]): void {
  const tops = useRef(new Map<string, number>());
  useLayoutEffect(() => {
    const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
    for (const element of list.current?.children ?? []) {
      if (!(element instanceof HTMLElement)) continue;
      const id = element.dataset.video ?? '';
      const top = element.offsetTop;
      const before = tops.current.get(id);
      tops.current.set(id, top);
      if (isStill || before === undefined || before === top) continue;
      element.animate([{ transform: `translateY(${before - top}px)` }, { transform: 'none' }], {
        duration: 450,
        easing: 'ease-out',
      });
    }
  }, [rows]);
}
