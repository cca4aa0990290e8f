import type { Result } from '@anb/api-client/organiser-contract';
import { useState } from 'preact/hooks';
import * as texts from '#texts/organiser-results';
import { describeForOrganisers } from '../../client/organiser-problems.ts';
import { type Format, saveResult } from '../../client/save-result.ts';
import { useAction } from '../../client/use-action.ts';
import { Notice } from '../feedback.tsx';
import type { Desk } from './desk.tsx';
import { formatExact } from './moment.tsx';

/** Which result this is, what proves it, and the files of it. */
export function ResultHead({ result, desk }: { result: Result; desk: Desk }) {
  const { contest, version, frozen_at, checksum, videos, blanked } = result;
  return (
    <section class="panel stack" aria-labelledby="resultado">
      <div>
        <h2 id="resultado">{version === null ? texts.provisional.heading : texts.frozen.heading(version)}</h2>
        <p class="soft">
          {texts.rules(contest.name, contest.edition, contest.finalists_per_city)} · {texts.videos(videos)}
          {frozen_at && ` · ${texts.frozen.at(formatExact(frozen_at))}`}
        </p>
      </div>
      {version === null ? (
        <p>{texts.provisional.text}</p>
      ) : (
        <>
          <Checksum checksum={checksum} />
          <p>
            {texts.frozen.publish} <a href="/rankings">{texts.frozen.now}</a>
          </p>
        </>
      )}
      {blanked > 0 && <Notice kind="warn">{texts.blanked(blanked)}</Notice>}
      <p class="row">
        <Download format="csv" version={version} desk={desk} />
        <Download format="json" version={version} desk={desk} />
      </p>
      <p class="soft small prose">{texts.keepFile}</p>
    </section>
  );
}

function Checksum({ checksum }: { checksum: string }) {
  const [isCopied, setCopied] = useState(false);
  return (
    <div>
      <p class="soft small">{texts.checksum}</p>
      <code class="checksum">{checksum}</code>{' '}
      <button
        type="button"
        class="button button-small button-plain"
        onClick={() => navigator.clipboard.writeText(checksum).then(() => setCopied(true))}
      >
        {texts.copy}
      </button>
      <span role="status" class="small">
        {isCopied && ` ${texts.copied}`}
      </span>
    </div>
  );
}

function Download({ format, version, desk }: { format: Format; version: number | null; desk: Desk }) {
  const [isBusy, act, problem] = useAction(describeForOrganisers);
  async function save() {
    const { name, check } = await saveResult(format, version);
    desk.say(texts.downloaded[check](name));
  }
  return (
    <>
      <button type="button" class="button button-small" aria-disabled={isBusy} onClick={() => act(save)}>
        {isBusy ? texts.downloading : texts.download[format]}
      </button>
      {problem && (
        <span class="field-error" role="alert">
          {problem}
        </span>
      )}
    </>
  );
}
