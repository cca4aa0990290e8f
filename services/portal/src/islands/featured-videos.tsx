import type { City, OpenVideo } from '@anb/api-client/contract';
import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/dashboard';
import { retry } from '#texts/problems';
import { request } from '../client/api.ts';
import { useContest } from '../client/contest.ts';
import { describeProblem } from '../client/describe-problem.ts';
import { ownId } from '../client/session.ts';
import { Notice, Skeleton } from '../components/feedback.tsx';
import { VideoCard } from '../components/video-card.tsx';
import type { ContestNow } from '../contest-state.ts';
import { address } from '../query.ts';

const SHOWN = 4;
/** Some may be one's own. */
const ASKED = 12;

interface Featured {
  videos: readonly OpenVideo[];
  cities: readonly City[];
}

/** Other players' videos, others each time, to vote for. */
export default function FeaturedVideos({ contest }: { contest?: ContestNow }) {
  const state = useContest(contest)?.state ?? 'open';
  const [featured, setFeatured] = useState<Featured>();
  const [problem, setProblem] = useState<unknown>();
  const load = () => {
    setProblem(undefined);
    pickSome().then(setFeatured, setProblem);
  };
  useEffect(load, []);
  if (problem) {
    return (
      <Notice kind="bad">
        {describeProblem(problem)}{' '}
        <button type="button" class="link" onClick={load}>
          {retry}
        </button>
      </Notice>
    );
  }
  if (!featured) return <Skeleton kind="card" count={SHOWN} label={texts.featuredLoading} />;
  const { videos, cities } = featured;
  if (videos.length === 0) return <p class="soft">{texts.noFeatured}</p>;
  return (
    <>
      <div class="cards">
        {videos.map((video) => (
          <VideoCard key={video.video_id} {...{ video, cities }} contestState={state} />
        ))}
      </div>
      <p class="row">
        <button type="button" class="button button-plain" onClick={load}>
          {texts.shuffle}
        </button>
        <a href="/videos">{texts.all}</a>
      </p>
    </>
  );
}

async function pickSome(): Promise<Featured> {
  const seed = Math.floor(Math.random() * 1e6);
  const [videos, cities, own] = await Promise.all([
    request<OpenVideo[]>('GET', address('/api/public/videos', { sort: 'random', seed, limit: ASKED })),
    request<City[]>('GET', '/api/public/cities'),
    ownId().catch(() => undefined),
  ]);
  return {
    videos: videos.filter(({ user_id }) => user_id !== own).slice(0, SHOWN),
    cities,
  };
}
