import type { ContestRules, ResultSummary } from '@anb/api-client/organiser-contract';
import { freeze as texts } from '#texts/organiser-results';
import { Refusal } from '../../client/api.ts';
import { call, NotSignedIn } from '../../client/session.ts';
import { windowState } from '../../contest-state.ts';
import { Notice } from '../feedback.tsx';
import { type Question, Told } from './confirm.tsx';
import type { Desk } from './desk.tsx';

interface FreezeProps {
  contest: ContestRules;
  /** By the server's clock. */
  now: number;
  openFlags: number;
  desk: Desk;
}

export function Freeze({ contest, now, openFlags, desk }: FreezeProps) {
  return (
    <section class="panel stack" aria-labelledby="congelar">
      <h2 id="congelar">{texts.heading}</h2>
      <p class="prose">{texts.text}</p>
      {openFlags > 0 && (
        <Notice kind="warn">
          {texts.openFlags(openFlags)} <a href="/organizacion/votos">{texts.toFlags}</a>
        </Notice>
      )}
      {windowState(contest, now) === 'closed' ? (
        <p>
          <button type="button" class="button button-danger" onClick={() => desk.ask(question)}>
            {texts.action}
          </button>
        </p>
      ) : (
        <p class="soft">
          {texts.whileOpen} <a href="/organizacion/torneo">{texts.toContest}</a>
        </p>
      )}
    </section>
  );
}

/** With a hundred thousand videos it takes some seconds. */
const PATIENCE_MS = 120_000;

const question: Question = {
  ...texts,
  isDangerous: true,
  act: async () => {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const frozen = await call<ResultSummary>('POST', '/api/admin/results', { signal }).catch((error) => {
      const isTold = error instanceof NotSignedIn || (error instanceof Refusal && error.status < 500);
      throw isTold ? error : new Told(texts.perhaps, { cause: error });
    });
    return texts.done(frozen.version ?? 0, frozen.videos);
  },
};
