import * as texts from '#texts/dashboard';
import { title as ownVideos } from '#texts/own-videos';
import { Island } from '../island.tsx';
import FeaturedVideos from '../islands/featured-videos.tsx';
import OwnProgress from '../islands/own-progress.tsx';
import OwnVideos from '../islands/own-videos.tsx';
import SignOut from '../islands/sign-out.tsx';
import UnfinishedUploads from '../islands/unfinished-uploads.tsx';
import type { Page } from '../page.ts';

export function dashboardPage(): Page {
  return {
    title: texts.title,
    description: texts.description,
    section: 'dashboard',
    body: (
      <div class="stack-wide">
        <h1>{texts.title}</h1>
        <Island name="own-progress" of={OwnProgress} props={{}} />
        <Island name="unfinished-uploads" of={UnfinishedUploads} props={{}} />
        <section class="stack" aria-labelledby="mis-videos">
          <h2 id="mis-videos">{ownVideos}</h2>
          <Island name="own-videos" of={OwnVideos} props={{}} />
        </section>
        <section class="stack" aria-labelledby="destacados">
          <div class="head">
            <h2 id="destacados">{texts.featured}</h2>
            <p class="soft">{texts.featuredHint}</p>
          </div>
          <Island name="featured-videos" of={FeaturedVideos} props={{}} />
        </section>
        <div>
          <Island name="sign-out" of={SignOut} props={{}} />
        </div>
      </div>
    ),
  };
}
