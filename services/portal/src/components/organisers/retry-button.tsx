import type { Job } from '@anb/api-client/organiser-contract';
import { useState } from 'preact/hooks';
import { retried, retry } from '#texts/organiser-videos';
import { describeProblem } from '../../client/describe-problem.ts';
import { call, NotSignedIn } from '../../client/session.ts';
import type { Desk } from './desk.tsx';

/** Queues a failed video again. */
export function RetryButton({ job, desk }: { job: Pick<Job, 'video_id' | 'title'>; desk: Desk }) {
  const [isSending, setSending] = useState(false);
  const [problem, setProblem] = useState('');

  async function send() {
    if (isSending) return;
    setSending(true);
    setProblem('');
    try {
      await call('POST', `/api/admin/jobs/${job.video_id}/retry`);
      desk.done(retried(job.title));
    } catch (error) {
      if (!(error instanceof NotSignedIn)) setProblem(describeProblem(error));
    }
    setSending(false);
  }

  return (
    <>
      <button type="button" class="button button-small" aria-disabled={isSending} onClick={send}>
        {retry}
        <span class="unseen"> {job.title}</span>
      </button>
      {problem && (
        <p class="field-error" role="alert">
          {problem}
        </p>
      )}
    </>
  );
}
