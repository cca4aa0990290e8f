import type { Job } from '@anb/api-client/organiser-contract';
import { retried, retry } from '#texts/organiser-videos';
import { describeForOrganisers } from '../../client/organiser-problems.ts';
import { call } from '../../client/session.ts';
import { useAction } from '../../client/use-action.ts';
import type { Desk } from './desk.tsx';

/** Queues a failed video again. */
export function RetryButton({ job, desk }: { job: Pick<Job, 'video_id' | 'title'>; desk: Desk }) {
  const [isBusy, act, problem] = useAction(describeForOrganisers);
  async function send() {
    await call('POST', `/api/admin/jobs/${job.video_id}/retry`);
    desk.done(retried(job.title));
  }
  return (
    <>
      <button type="button" class="button button-small" aria-disabled={isBusy} onClick={() => act(send)}>
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
