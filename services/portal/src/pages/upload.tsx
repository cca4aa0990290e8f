import * as texts from '#texts/upload';
import { contestNow } from '../contest-state.ts';
import { Island } from '../island.tsx';
import ContestNotice from '../islands/contest-notice.tsx';
import Upload from '../islands/upload.tsx';
import type { Page } from '../page.ts';
import type { Asked } from '../routes.ts';
import { ifThere, type Upstream } from '../upstream.ts';

/** @param maxMegabytes the largest file that is taken */
export async function uploadPage(
  upstream: Pick<Upstream, 'contest'>,
  { video, continuar }: Asked,
  maxMegabytes: number,
): Promise<Page> {
  const contest = await ifThere(upstream.contest().then(contestNow));
  return {
    title: texts.title,
    description: texts.description,
    // What is one player's is not for search engines.
    ...(!video && !continuar && { canonical: '/subir' }),
    section: 'upload',
    body: (
      <div class="stack">
        <h1>{texts.title}</h1>
        {contest && (
          <Island name="contest-notice" of={ContestNotice} props={{ contest, here: texts.votesWhen }} />
        )}
        <Island
          name="upload"
          of={Upload}
          props={{
            maxMegabytes,
            contestState: contest?.state ?? 'open',
            ...(video && { videoId: video }),
            ...(continuar && { unfinishedId: continuar }),
          }}
        />
      </div>
    ),
  };
}
