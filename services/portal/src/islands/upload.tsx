import { useState } from 'preact/hooks';
import * as texts from '#texts/upload';
import { useContestState } from '../client/contest.ts';
import { useUnfinishedUploads } from '../client/unfinished-uploads.ts';
import type { SentFile } from '../client/use-upload.ts';
import { Skeleton } from '../components/feedback.tsx';
import { NotLoaded } from '../components/not-loaded.tsx';
import { Arrived } from '../components/upload/arrived.tsx';
import { Rules } from '../components/upload/rules.tsx';
import { Sending } from '../components/upload/sending.tsx';
import { Unfinished } from '../components/upload/unfinished.tsx';
import { UploadForm } from '../components/upload/upload-form.tsx';
import type { ContestState } from '../contest-state.ts';

interface UploadProps {
  maxMegabytes: number;
  contestState: ContestState;
  /** Of one that has arrived, as the address says it. */
  videoId?: string;
  /** Of one that broke off, which alone is asked for. */
  unfinishedId?: string;
}

type Step =
  | { name: 'choosing' }
  | { name: 'sending'; upload: SentFile }
  | { name: 'arrived'; videoId: string };

/** From a file on a phone to a clip that can be shared. Which video has arrived stands in the address. */
export default function Upload({ maxMegabytes, contestState, videoId, unfinishedId }: UploadProps) {
  const contest = useContestState(contestState);
  const [step, setStep] = useState<Step>(videoId ? { name: 'arrived', videoId } : { name: 'choosing' });
  const send = (upload: SentFile) => setStep({ name: 'sending', upload });
  function arrive(videoId: string) {
    history.replaceState(null, '', `/subir?video=${videoId}`);
    setStep({ name: 'arrived', videoId });
  }

  if (step.name === 'choosing')
    return <Choosing {...{ maxMegabytes, contest, unfinishedId }} onBegun={send} />;
  return (
    <div class="stack upload-steps">
      {step.name === 'arrived' ? (
        <Arrived videoId={step.videoId} contest={contest} />
      ) : (
        <Sending
          upload={step.upload}
          onDone={() => arrive(step.upload.videoId)}
          onCancelled={() => setStep({ name: 'choosing' })}
        />
      )}
    </div>
  );
}

interface ChoosingProps {
  maxMegabytes: number;
  contest: ContestState;
  unfinishedId: string | undefined;
  onBegun: (upload: SentFile) => void;
}

function Choosing({ maxMegabytes, contest, unfinishedId, onBegun }: ChoosingProps) {
  const { uploads, problem, retry, discard } = useUnfinishedUploads(unfinishedId ? 'upload' : 'unasked');
  const wanted = uploads?.filter(({ video_id }) => video_id === unfinishedId);
  if (unfinishedId && (!wanted || wanted.length > 0)) {
    return (
      <div class="stack upload-steps">
        {problem !== undefined && !wanted ? (
          <NotLoaded what={texts.unfinishedUnknown} problem={problem} onRetry={retry} />
        ) : wanted ? (
          <Unfinished uploads={wanted} onGoOn={onBegun} onDiscard={discard} />
        ) : (
          <Skeleton kind="row" count={1} label={texts.unfinished} />
        )}
      </div>
    );
  }
  return (
    <div class="upload-page">
      <div class="stack">
        <p>{texts.lead}</p>
        <Rules maxMegabytes={maxMegabytes} />
      </div>
      <div class="stack">
        {problem !== undefined && !uploads && (
          <NotLoaded what={texts.unfinishedUnknown} problem={problem} onRetry={retry} />
        )}
        <Unfinished uploads={uploads ?? []} onGoOn={onBegun} onDiscard={discard} />
        <UploadForm {...{ maxMegabytes, contest, onBegun }} />
      </div>
    </div>
  );
}
