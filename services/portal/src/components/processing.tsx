import type { Stage } from '@anb/api-client/contract';
import * as texts from '#texts/processing';
import type { OwnVideoNow } from '../client/video-actions.ts';
import { CheckIcon } from './icons.tsx';
import { Percent } from './percent.tsx';

const steps = ['queued', 'downloading', 'examining', 'transcoding', 'storing'] as const;
type Step = (typeof steps)[number];

/** What is being done to a video, step by step. */
export function Processing({ video, isLost }: { video: OwnVideoNow; isLost: boolean }) {
  const now = stepOf(video);
  const place = video.status === 'uploaded' ? video.queue_place : undefined;
  return (
    <div class="stack">
      <Percent value={video.progress ?? 0} label={texts.progress} isStill={now === 'queued'} />
      <ol class="steps" aria-label={texts.list}>
        {steps.map((step, index) => (
          <ProcessingStep key={step} step={step} distance={index - steps.indexOf(now)} />
        ))}
      </ol>
      <p role="status">
        {place === undefined ? <span class="unseen">{wordOf(now)}</span> : texts.place(place)}
      </p>
      {isLost && <p class="live live-off">{texts.lost}</p>}
      <p class="soft small">{texts.leave}</p>
    </div>
  );
}

/** @param distance from the current one; less than 0: it is done */
function ProcessingStep({ step, distance }: { step: Step; distance: number }) {
  const mark = distance < 0 ? 'done' : distance === 0 ? 'now' : 'next';
  return (
    <li class={`step step-${mark}`} {...(mark === 'now' && { 'aria-current': 'step' as const })}>
      <span class="step-mark">{mark === 'done' && <CheckIcon />}</span>
      {wordOf(step)}
      {mark === 'done' && <span class="unseen">: {texts.done}</span>}
    </li>
  );
}

const stepOf = ({ status, stage }: OwnVideoNow): Step =>
  status === 'uploaded' ? 'queued' : (stage ?? 'downloading');
export const wordOf = (step: Step | Stage) => (step === 'queued' ? texts.queued : texts.stages[step]);
