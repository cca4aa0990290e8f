import { useEffect, useState } from 'preact/hooks';
import { retry } from '#texts/problems';
import * as texts from '#texts/upload';
import { describeProblem } from '../../client/describe-problem.ts';
import { secondsLeft } from '../../client/pace.ts';
import { cancelUpload } from '../../client/unfinished-uploads.ts';
import { type SentFile, useUpload } from '../../client/use-upload.ts';
import { Notice } from '../feedback.tsx';
import { Percent } from '../percent.tsx';
import { ConfirmCancel } from './confirm-cancel.tsx';

interface SendingProps {
  upload: SentFile;
  onDone: () => void;
  onCancelled: () => void;
}

/** A file on its way. */
export function Sending({ upload, onDone, onCancelled }: SendingProps) {
  const { state, progress, speed, problem, pause, resume } = useUpload(upload, onDone);
  const [isAsking, setAsking] = useState(false);
  const { phase, sent, total } = progress;
  const percent = Math.floor((100 * sent) / total);
  const isMoving = state === 'running' && phase === 'sending';
  const left = isMoving ? secondsLeft(total - sent, speed) : undefined;
  useTabTitle(state === 'running' ? texts.tab(percent) : undefined);

  async function cancel() {
    setAsking(false);
    pause();
    // Where it can not be told now, it goes with the clean-up.
    await cancelUpload(upload.videoId).catch(() => {});
    onCancelled();
  }

  return (
    <section class="panel stack" aria-labelledby="subiendo">
      <div class="head">
        <h2 id="subiendo">{wording(state, phase)}</h2>
        <p class="soft written">{upload.title}</p>
      </div>
      <Percent value={percent} label={texts.sending} isStill={!isMoving} />
      <p class="upload-facts">
        <span>{texts.sent(sent, total)}</span>
        {isMoving && speed ? <span>{texts.speed(speed)}</span> : null}
        {left !== undefined && <span>{texts.timeLeft(left)}</span>}
      </p>
      <p class="unseen" role="status">
        {state === 'running' && phase !== 'waiting'
          ? texts.spoken(percent - (percent % 10))
          : wording(state, phase)}
      </p>
      {state === 'running' && phase === 'waiting' && <Notice kind="warn">{texts.goesOnLater}</Notice>}
      {state === 'broken' && (
        <Notice kind="bad" isAlert>
          {describeProblem(problem)}
        </Notice>
      )}
      {isMoving && <p class="soft small">{texts.keepOpen}</p>}
      <p class="row">
        {state === 'running' ? (
          <button type="button" class="button button-plain" onClick={pause}>
            {texts.pause}
          </button>
        ) : (
          <button type="button" class="button" onClick={resume}>
            {state === 'broken' ? retry : texts.goOn}
          </button>
        )}
        <button type="button" class="button button-plain" onClick={() => setAsking(true)}>
          {texts.cancel}
        </button>
      </p>
      {isAsking && <ConfirmCancel onYes={cancel} onNo={() => setAsking(false)} />}
    </section>
  );
}

type Upload = ReturnType<typeof useUpload>;

function wording(state: Upload['state'], phase: Upload['progress']['phase']): string {
  if (state === 'paused') return texts.paused;
  if (state === 'broken') return texts.broken;
  return { sending: texts.sending, waiting: texts.waiting, joining: texts.joining }[phase];
}

/** Seen while one looks at another tab. */
function useTabTitle(title: string | undefined): void {
  useEffect(() => {
    if (title === undefined) return;
    const before = document.title;
    document.title = title;
    return () => {
      document.title = before;
    };
  }, [title]);
}
