import * as texts from '#texts/upload';
import { CheckIcon } from '../components/icons.tsx';
import { Island } from '../island.tsx';
import Upload from '../islands/upload.tsx';
import type { Page } from '../page.ts';

/** @param maxMegabytes the largest file that is taken */
export function uploadPage(maxMegabytes: number): Page {
  return {
    title: texts.title,
    description: texts.description,
    canonical: '/subir',
    section: 'upload',
    body: (
      <div class="upload-page">
        <div class="stack">
          <h1>{texts.title}</h1>
          <p>{texts.lead}</p>
          <section class="rules" aria-labelledby="reglas">
            <h2 id="reglas">{texts.rules}</h2>
            <ul>
              {texts.ruleList(maxMegabytes).map((rule) => (
                <li key={rule}>
                  <CheckIcon />
                  {rule}
                </li>
              ))}
            </ul>
          </section>
        </div>
        <div class="stack">
          <Island name="upload" of={Upload} props={{ maxMegabytes }} />
        </div>
      </div>
    ),
  };
}
