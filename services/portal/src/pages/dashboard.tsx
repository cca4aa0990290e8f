import * as texts from '#texts/dashboard';
import { title as ownVideos } from '#texts/own-videos';
import { contestNow } from '../contest-state.ts';
import { Island } from '../island.tsx';
import ContestNotice from '../islands/contest-notice.tsx';
import FeaturedVideos from '../islands/featured-videos.tsx';
import OwnProgress from '../islands/own-progress.tsx';
import OwnVideos from '../islands/own-videos.tsx';
import SignOut from '../islands/sign-out.tsx';
import UnfinishedUploads from '../islands/unfinished-uploads.tsx';
import type { Page } from '../page.ts';
import { ifThere, type Upstream } from '../upstream.ts';

export async function dashboardPage(upstream: Pick<Upstream, 'contest'>): Promise<Page> {
  const contest = await ifThere(upstream.contest().then(contestNow));
  const state = contest?.state ?? 'open';
  const props = { ...(contest && { contest }) };
  return {
    title: texts.title,
    description: texts.description,
    section: 'dashboard',
    body: (
      <div class="stack-wide">
        <h1>{texts.title}</h1>
        {contest && <Island name="contest-notice" of={ContestNotice} props={{ contest }} />}
        <Island name="own-progress" of={OwnProgress} props={props} />
        <Island name="unfinished-uploads" of={UnfinishedUploads} props={{}} />
        <section class="stack" aria-labelledby="mis-videos">
          <h2 id="mis-videos">{ownVideos}</h2>
          <Island name="own-videos" of={OwnVideos} props={{}} />
        </section>
        <section class="stack" aria-labelledby="destacados">
          <div class="head">
            <h2 id="destacados">{texts.featured[state]}</h2>
            <p class="soft">{texts.featuredHint[state]}</p>
          </div>
          <Island name="featured-videos" of={FeaturedVideos} props={props} />
        </section>
        <div>
          <Island name="sign-out" of={SignOut} props={{}} />
        </div>
      </div>
    ),
  };
}
