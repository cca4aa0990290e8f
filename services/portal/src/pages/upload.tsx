import * as texts from '#texts/upload';
import { Island } from '../island.tsx';
import Upload from '../islands/upload.tsx';
import type { Page } from '../page.ts';
import type { Asked } from '../routes.ts';

/** @param maxMegabytes the largest file that is taken */
export function uploadPage({ video, continuar }: Asked, maxMegabytes: number): Page {
  return {
    title: texts.title,
    description: texts.description,
    // What is one player's is not for search engines.
    ...(!video && !continuar && { canonical: '/subir' }),
    section: 'upload',
    body: (
      <div class="stack">
        <h1>{texts.title}</h1>
        <Island
          name="upload"
          of={Upload}
          props={{
            maxMegabytes,
            ...(video && { videoId: video }),
            ...(continuar && { unfinishedId: continuar }),
          }}
        />
      </div>
    ),
  };
}
