import { retry } from '#texts/problems';
import { title as processingTitle } from '#texts/processing';
import { publish, publishing, shareText } from '#texts/sharing';
import * as texts from '#texts/upload';
import { Refusal } from '../../client/api.ts';
import { describeProblem } from '../../client/describe-problem.ts';
import { useAction } from '../../client/use-action.ts';
import { useVideo } from '../../client/use-video.ts';
import {
  changeVideo,
  isOpen,
  isUnfinished,
  type OwnVideoNow,
  retryVideo,
  shareAddress,
} from '../../client/video-actions.ts';
import type { ContestState } from '../../contest-state.ts';
import ShareButtons from '../../islands/share-buttons.tsx';
import { Notice, Skeleton } from '../feedback.tsx';
import { Player } from '../player.tsx';
import { Processing } from '../processing.tsx';

/** What becomes of a video that has arrived. */
export function Arrived({ videoId, contest }: { videoId: string; contest: ContestState }) {
  const { video, isLost, problem, replace, reload } = useVideo(videoId);
  return (
    <>
      {problem ? (
        <Notice kind="bad" isAlert>
          <p>{isGone(problem) ? texts.gone : describeProblem(problem)}</p>
          {!isGone(problem) && (
            <button type="button" class="button button-small" onClick={reload}>
              {retry}
            </button>
          )}
        </Notice>
      ) : !video ? (
        <Skeleton kind="card" count={1} label={texts.loading} />
      ) : (
        <section class="panel stack" aria-labelledby="llegada">
          <div class="head">
            <h2 id="llegada">{headline(video)}</h2>
            <p class="soft written">{video.title}</p>
          </div>
          {isUnfinished(video) ? (
            <Processing video={video} isLost={isLost} />
          ) : video.status === 'failed' ? (
            <Failed video={video} onRetried={reload} />
          ) : (
            <Ready {...{ video, contest }} onChanged={(changed) => replace({ ...video, ...changed })} />
          )}
        </section>
      )}
      <p class="row">
        <a class="button button-plain" href="/panel">
          {texts.toDashboard}
        </a>
        <a class="button button-plain" href="/subir">
          {texts.another}
        </a>
      </p>
    </>
  );
}

const isGone = (problem: unknown) => problem instanceof Refusal && [403, 404].includes(problem.status);

function headline(video: OwnVideoNow): string {
  if (isUnfinished(video)) return processingTitle;
  return video.status === 'failed' ? texts.failed : texts.ready;
}

interface ReadyProps {
  video: OwnVideoNow;
  contest: ContestState;
  onChanged: (video: OwnVideoNow) => void;
}

function Ready({ video, contest, onChanged }: ReadyProps) {
  const [isBusy, act, problem] = useAction();
  return (
    <>
      <Player src={video.processed_url} poster={video.poster_url} label={video.title} />
      <p role="status">{readyText(video, contest)}</p>
      {problem && <Notice kind="bad">{problem}</Notice>}
      {isOpen(video) && <ShareButtons url={shareAddress(video)} text={shareText[contest]} />}
      {!video.is_public && (
        <button
          type="button"
          class="button"
          aria-disabled={isBusy}
          onClick={() => act(async () => onChanged(await changeVideo(video.video_id, { is_public: true })))}
        >
          {isBusy ? publishing : publish}
        </button>
      )}
    </>
  );
}

function readyText(video: OwnVideoNow, contest: ContestState): string {
  if (video.hidden) return texts.readyHidden;
  if (!video.is_public) return texts.readyPrivate;
  return video.review ? texts.readyReview : texts.readyPublic[contest];
}

function Failed({ video, onRetried }: { video: OwnVideoNow; onRetried: () => void }) {
  const [isBusy, act, problem] = useAction();
  return (
    <>
      <Notice kind="bad" isAlert>
        {video.failure_reason}
      </Notice>
      {problem && <Notice kind="bad">{problem}</Notice>}
      <p class="row">
        <button
          type="button"
          class="button"
          aria-disabled={isBusy}
          onClick={() => act(() => retryVideo(video.video_id).then(onRetried))}
        >
          {retry}
        </button>
      </p>
    </>
  );
}
