import type { Job } from '@anb/api-client/organiser-contract';
import * as texts from '#texts/organiser-videos';
import { formatPercent } from '../../format.ts';

/** How far a video is, and who sees it. */
export function VideoState({ job }: { job: Job }) {
  return (
    <div class="video-state">
      <span class="row">
        <Processing job={job} />
        <Visibility {...job} />
      </span>
      {job.status === 'failed' && job.failure_reason && (
        <p class="small">
          {job.failure_reason} <code class="soft">{job.failure_code}</code>
        </p>
      )}
      {job.status === 'processing' && job.progress !== undefined && (
        <>
          <progress max={100} value={job.progress} aria-label={texts.status.processing} />
          <p class="soft small">
            {formatPercent(job.progress / 100)}
            {job.stage && ` · ${texts.stage[job.stage]}`}
            {!job.with_worker && ` · ${texts.withoutWorker}`}
          </p>
        </>
      )}
    </div>
  );
}

const looks: Record<Job['status'], string> = {
  uploaded: '',
  processing: ' badge-ball',
  processed: ' badge-good',
  failed: ' badge-bad',
};

function Processing({ job: { status } }: { job: Job }) {
  return <span class={`badge${looks[status]}`}>{texts.status[status]}</span>;
}

/** Where it is not what the state says by itself. */
export function Visibility({
  status,
  hidden,
  open,
  is_public,
  review,
}: Pick<Job, 'hidden' | 'open'> & Partial<Pick<Job, 'status' | 'is_public' | 'review'>>) {
  if (hidden) return <span class="badge badge-bad">{texts.hidden}</span>;
  if (open) return <span class="badge badge-good">{texts.open}</span>;
  if (is_public === false) return <span class="badge">{texts.isPrivate}</span>;
  if (review === 'pending' && status === 'processed') {
    return <span class="badge badge-ball">{texts.pending}</span>;
  }
  return null;
}
