import type { Standing } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/dashboard';
import { shareText } from '#texts/sharing';
import { request } from '../client/api.ts';
import { isContestCity, useContest } from '../client/contest.ts';
import { useOwnVideos } from '../client/own-videos.ts';
import { poll } from '../client/poll.ts';
import { isOpen, type OwnVideoNow, shareAddress } from '../client/video-actions.ts';
import { Skeleton } from '../components/feedback.tsx';
import { Places } from '../components/own/places.tsx';
import type { ContestNow, ContestState } from '../contest-state.ts';
import ShareButtons from './share-buttons.tsx';

const EVERY_MS = 5000;

/** The best of the player's videos: how far it is from the goal, and where it stands. */
export default function OwnProgress({ contest: rendered }: { contest?: ContestNow }) {
  const { videos, problem } = useOwnVideos();
  const best = bestOf(videos ?? []);
  const contest = useContest(rendered);
  const state = contest?.state ?? 'open';
  const standing = useStanding(best?.video_id);
  const qualifiesFrom = useQualifiesFrom(standing?.city);
  if (problem || videos?.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="progreso">
      <h2 id="progreso">{texts.progress}</h2>
      {!videos ? (
        <Skeleton kind="row" count={1} label={texts.loading} />
      ) : !best ? (
        <p class="panel soft">{texts.none}</p>
      ) : (
        <>
          <p class="soft written">{texts.best(best.title)}</p>
          {standing && contest && <Places {...{ standing, contest, qualifiesFrom }} />}
          {contest && <Goal votes={standing?.votes ?? best.votes} goal={contest.vote_goal} state={state} />}
          <div class="stack">
            <h3>{texts.share[state]}</h3>
            <ShareButtons url={shareAddress(best)} text={shareText[state]} />
          </div>
        </>
      )}
    </section>
  );
}

/** The most voted of those that are open for voting. */
function bestOf(videos: readonly OwnVideoNow[]): OwnVideoNow | undefined {
  return videos.filter(isOpen).toSorted((a, b) => b.votes - a.votes)[0];
}

function Goal({ votes, goal, state }: { votes: number; goal: number; state: ContestState }) {
  return (
    <div class="field">
      <p>
        <b>{texts.goal(votes, goal)}</b>
      </p>
      <progress max={goal} value={Math.min(votes, goal)} aria-label={texts.goal(votes, goal)} />
      <p class="soft">{votes >= goal ? texts.reached[state] : texts.toGoal[state](goal - votes)}</p>
    </div>
  );
}

function useQualifiesFrom(city: string | undefined): boolean | undefined {
  const [is, setIs] = useState<boolean>();
  useEffect(() => {
    if (city) void isContestCity(city).then(setIs);
  }, [city]);
  return is;
}

/** Asked for again while it is looked at. */
function useStanding(videoId: string | undefined): Standing | undefined {
  const [standing, setStanding] = useState<Standing>();
  useEffect(() => {
    if (!videoId) return;
    const ask = async (signal?: AbortSignal) =>
      setStanding(await request<Standing>('GET', `/api/public/rankings/videos/${videoId}`, { signal }));
    ask().catch(() => {});
    return poll(EVERY_MS, ask);
  }, [videoId]);
  return standing?.video_id === videoId ? standing : undefined;
}
