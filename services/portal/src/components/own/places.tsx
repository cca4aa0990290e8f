import type { Contest, Standing } from '@anb/api-client/contract';
import * as texts from '#texts/dashboard';
import { formatNumber } from '../../format.ts';
import { address } from '../../query.ts';

interface PlacesProps {
  standing: Standing;
  rules: Contest;
  /** Whether the city is one of the contest's; undefined: not known. */
  qualifiesFrom: boolean | undefined;
}

/** Votes and places, on the scoreboard. */
export function Places({ standing, rules, qualifiesFrom }: PlacesProps) {
  const { votes, city, in_city, national, qualifies } = standing;
  return (
    <>
      <dl class="scoreboard places">
        <div>
          <dt>{texts.votes(votes)}</dt>
          <dd>{formatNumber(votes)}</dd>
        </div>
        <div>
          <dt>
            <a href={address('/rankings', { ciudad: city })}>{texts.outOf(in_city.videos, city)}</a>
          </dt>
          <dd>{texts.position(in_city.position)}</dd>
        </div>
        <div>
          <dt>
            <a href="/rankings">{texts.outOf(national.videos, texts.country)}</a>
          </dt>
          <dd>{texts.position(national.position)}</dd>
        </div>
      </dl>
      <p>
        {qualifies ? (
          <span class="badge badge-ball">{texts.wouldQualify}</span>
        ) : (
          qualifiesFrom !== undefined && <Outlook city={city} rules={rules} isOfContest={qualifiesFrom} />
        )}
      </p>
    </>
  );
}

function Outlook({ city, rules, isOfContest }: { city: string; rules: Contest; isOfContest: boolean }) {
  if (!isOfContest) return <>{texts.outsideContest(city)}</>;
  return (
    <>
      {texts.notQualifying(rules.finalists_per_city, city)} {rules.open && texts.goOn}
    </>
  );
}
