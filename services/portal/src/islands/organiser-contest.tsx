import type { City } from '@anb/api-client/contract';
import type { ContestRules } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-contest';
import { request } from '../client/api.ts';
import { describeWindow } from '../client/contest-window.ts';
import { useLive } from '../client/live.ts';
import { readNow } from '../client/organisers.ts';
import { call } from '../client/session.ts';
import type { Question } from '../components/organisers/confirm.tsx';
import { ContestEditor } from '../components/organisers/contest-editor.tsx';
import { type Desk, DeskTop, useDesk } from '../components/organisers/desk.tsx';
import { Shown } from '../components/organisers/shown.tsx';
import { windowState } from '../contest-state.ts';

const EVERY_MS = 10_000;

/** What organisers keep of the contest. */
export default function OrganiserContest() {
  const desk = useDesk();
  const live = useLive({
    key: 'contest',
    turn: desk.turn,
    everyMs: EVERY_MS,
    load: async (loading) => {
      const { data: rules, now } = await readNow<ContestRules>('/api/admin/contest', loading);
      return { rules, now, cities: await request<City[]>('GET', '/api/public/cities', loading) };
    },
  });
  return (
    <DeskTop desk={desk}>
      <Shown live={live}>
        {({ rules, now, cities }) => (
          <>
            <Window rules={rules} now={now} desk={desk} />
            <ContestEditor rules={rules} cities={cities} desk={desk} />
          </>
        )}
      </Shown>
    </DeskTop>
  );
}

/** Whether votes are taken now, and the button that changes it at once. */
function Window({ rules, now, desk }: { rules: ContestRules; now: number; desk: Desk }) {
  const state = windowState(rules, now);
  return (
    <section class="panel row window" aria-label={texts.groups.window}>
      <p class={`live${state === 'open' ? '' : ' live-off'}`}>{describeWindow(rules, now)}</p>
      {state === 'open' && (
        <button type="button" class="button button-small button-danger" onClick={() => desk.ask(closeNow)}>
          {texts.closeNow.action}
        </button>
      )}
      {state === 'soon' && (
        <button type="button" class="button button-small" onClick={() => desk.ask(openNow)}>
          {texts.openNow.action}
        </button>
      )}
    </section>
  );
}

/** By the server's clock: with ours ahead of it, votes would go on to come in. */
const setNow = (field: 'opens_at' | 'closes_at', done: string) => async () => {
  const loading = { signal: AbortSignal.timeout(10_000) };
  const { now } = await readNow<ContestRules>('/api/admin/contest', loading);
  await call('PUT', '/api/admin/contest', { json: { [field]: new Date(now).toISOString() } });
  return done;
};

const closeNow: Question = {
  ...texts.closeNow,
  isDangerous: true,
  act: setNow('closes_at', texts.closeNow.done),
};
const openNow: Question = { ...texts.openNow, act: setNow('opens_at', texts.openNow.done) };
