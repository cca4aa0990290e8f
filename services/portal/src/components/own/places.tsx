import type { Standing } from '@anb/api-client/contract';
import { ordinal, voteWord } from '#texts/counts';
import * as texts from '#texts/dashboard';
import type { ContestNow } from '../../contest-state.ts';
import { formatNumber } from '../../format.ts';
import { address } from '../../query.ts';

interface PlacesProps {
  standing: Standing;
  contest: ContestNow;
  /** Whether the city is one of the contest's; undefined: not known. */
  qualifiesFrom: boolean | undefined;
}

/** Votes and places, on the scoreboard. */
export function Places({ standing, contest, qualifiesFrom }: PlacesProps) {
  const { votes, city, in_city, national, qualifies } = standing;
  const isIn = qualifies && texts.qualifies[contest.state];
  return (
    <>
      <dl class="scoreboard places">
        <div>
          <dt>{voteWord(votes)}</dt>
          <dd>{formatNumber(votes)}</dd>
        </div>
        <div>
          <dt>
            <a href={address('/rankings', { ciudad: city })}>{texts.outOf(in_city.videos, city)}</a>
          </dt>
          <dd>{ordinal(in_city.position)}</dd>
        </div>
        <div>
          <dt>
            <a href="/rankings">{texts.outOf(national.videos, texts.country)}</a>
          </dt>
          <dd>{ordinal(national.position)}</dd>
        </div>
      </dl>
      <p>
        {isIn ? (
          <span class="badge badge-ball">{isIn}</span>
        ) : (
          qualifiesFrom !== undefined && <Outlook city={city} contest={contest} isOfContest={qualifiesFrom} />
        )}
      </p>
    </>
  );
}

interface OutlookProps {
  city: string;
  contest: ContestNow;
  isOfContest: boolean;
}

function Outlook({ city, contest, isOfContest }: OutlookProps) {
  if (!isOfContest) return <>{texts.outsideContest(city)}</>;
  return (
    <>
      {texts.finalists(contest.finalists_per_city, city)} {texts.outlook[contest.state]}
    </>
  );
}
