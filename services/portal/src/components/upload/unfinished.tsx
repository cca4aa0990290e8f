import type { UnfinishedUpload } from '@anb/api-client/contract';
import { useState } from 'preact/hooks';
import * as texts from '#texts/upload';
import { describeProblem } from '../../client/describe-problem.ts';
import { isSameFile } from '../../client/same-file.ts';
import { arrivedBytes } from '../../client/unfinished-uploads.ts';
import type { SentFile } from '../../client/use-upload.ts';
import { ConfirmCancel } from './confirm-cancel.tsx';
import { FilePick } from './file-pick.tsx';

interface UnfinishedProps {
  uploads: readonly UnfinishedUpload[];
  /** Takes the same file again; elsewhere it is a link to where one can be chosen. */
  onGoOn?: (upload: SentFile) => void;
  onDiscard: (upload: UnfinishedUpload) => Promise<void>;
}

/** Uploads that broke off with their page. */
export function Unfinished({ uploads, onGoOn, onDiscard }: UnfinishedProps) {
  if (uploads.length === 0) return null;
  return (
    <section class="stack" aria-labelledby="a-medias">
      <div class="head">
        <h2 id="a-medias">{texts.unfinished}</h2>
        <p class="soft">{texts.unfinishedHint}</p>
      </div>
      <ul class="stack">
        {uploads.map((upload) => (
          <UnfinishedItem key={upload.video_id} {...{ upload, onGoOn, onDiscard }} />
        ))}
      </ul>
    </section>
  );
}

interface ItemProps extends Pick<UnfinishedProps, 'onDiscard'> {
  upload: UnfinishedUpload;
  onGoOn: UnfinishedProps['onGoOn'];
}

function UnfinishedItem({ upload, onGoOn, onDiscard }: ItemProps) {
  const [problem, setProblem] = useState('');
  const [isAsking, setAsking] = useState(false);
  const { title, filename, size, video_id } = upload;

  async function goOn([file]: readonly File[]) {
    if (!file || !onGoOn) return;
    const isSame = await isSameFile(upload, file).catch(() => undefined);
    if (isSame) onGoOn({ videoId: video_id, title, file });
    else setProblem(isSame === false ? texts.otherFile(filename, size) : texts.fileProblems.unreadable);
  }
  const discard = () => onDiscard(upload).catch((error) => setProblem(describeProblem(error)));

  return (
    <li class="panel stack">
      <div>
        <h3 class="written">{title}</h3>
        <p class="soft small written">
          {filename} · {texts.arrived(arrivedBytes(upload) / size, size)}
        </p>
      </div>
      <progress max={size} value={arrivedBytes(upload)} aria-label={title} />
      {problem && (
        <p class="field-error written" role="alert">
          {problem}
        </p>
      )}
      <p class="row">
        {onGoOn ? (
          <FilePick onPick={goOn} isSmall>
            {texts.goOn}
            <span class="unseen"> {title}</span>
          </FilePick>
        ) : (
          <a class="button button-small" href={`/subir?continuar=${video_id}`}>
            {texts.goOn}
            <span class="unseen"> {title}</span>
          </a>
        )}
        <button type="button" class="button button-plain button-small" onClick={() => setAsking(true)}>
          {texts.discard}
          <span class="unseen"> {title}</span>
        </button>
      </p>
      {isAsking && (
        <ConfirmCancel
          isUnfinished
          onYes={() => {
            setAsking(false);
            void discard();
          }}
          onNo={() => setAsking(false)}
        />
      )}
    </li>
  );
}
