import type { ContestRules, Result } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-results';
import { useAddress } from '../client/address.ts';
import { useLive } from '../client/live.ts';
import { count, read, readNow } from '../client/organisers.ts';
import { Chips, chosenOf } from '../components/organisers/chips.tsx';
import { DeskTop, useDesk } from '../components/organisers/desk.tsx';
import { Freeze } from '../components/organisers/freeze.tsx';
import { formatClock } from '../components/organisers/moment.tsx';
import { ResultHead } from '../components/organisers/result-head.tsx';
import { ResultTable } from '../components/organisers/result-table.tsx';
import { Shown } from '../components/organisers/shown.tsx';
import { address, pageNumber } from '../query.ts';

const PATH = '/organizacion/resultados';
/** All rows of the contest come with each answer. */
const EVERY_MS = 60_000;

/** The result, as of now or as it was frozen. */
export default function OrganiserResults() {
  const query = useAddress();
  const desk = useDesk();
  const version = query?.version === undefined ? undefined : pageNumber(query.version);
  const view = chosenOf(texts.view, query?.ver);
  const page = pageNumber(query?.pagina) ?? 1;
  const live = useLive({
    key: query && `${version}`,
    turn: desk.turn,
    everyMs: EVERY_MS,
    load: async (loading) => {
      const result = await read<Result>(address('/api/admin/results', { version }), loading);
      const [contest, openFlags] = await Promise.all([
        readNow<ContestRules>('/api/admin/contest', loading),
        count('/api/admin/votes/flags', {}, loading),
      ]);
      return { result, contest, openFlags };
    },
  });
  const href = (more: { pagina?: number | undefined }) =>
    address(PATH, { version, ver: view === 'clasifican' ? undefined : view, ...more });
  return (
    <DeskTop desk={desk}>
      <Shown live={live}>
        {({ result, contest, openFlags }) => (
          <>
            <Versions count={result.versions} chosen={version} />
            <ResultHead result={result} desk={desk} />
            <p class="row">
              <span class="soft small">{texts.asOf(formatClock(live.loadedAt))}</span>
              <button type="button" class="button button-small button-plain" onClick={live.reload}>
                {texts.reload}
              </button>
            </p>
            <Chips
              label={texts.views}
              names={texts.view}
              chosen={view}
              path={PATH}
              others={{ version }}
              parameter="ver"
            />
            <ResultTable result={result} view={view} page={page} href={href} />
            <Freeze contest={contest.data} now={contest.now} openFlags={openFlags} desk={desk} />
          </>
        )}
      </Shown>
    </DeskTop>
  );
}

/** What was frozen, one beside the other. */
function Versions({ count, chosen }: { count: number; chosen: number | undefined }) {
  if (count === 0) return null;
  const current = (is: boolean) => is && { 'aria-current': 'true' as const };
  return (
    <nav class="chips" aria-label={texts.versions}>
      <a class="chip" href={PATH} {...current(chosen === undefined)}>
        {texts.latest}
      </a>
      {Array.from({ length: count }, (_, index) => index + 1).map((version) => (
        <a key={version} class="chip" href={address(PATH, { version })} {...current(version === chosen)}>
          {texts.version(version)}
        </a>
      ))}
    </nav>
  );
}
