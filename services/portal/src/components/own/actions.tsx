import { useState } from 'preact/hooks';
import * as texts from '#texts/own-videos';
import { publishing, publish as publishWord, share } from '#texts/sharing';
import { forgetVideo, replaceVideo } from '../../client/own-videos.ts';
import { useAction } from '../../client/use-action.ts';
import {
  changeVideo,
  deleteVideo,
  isOpen,
  type OwnVideoNow,
  retryVideo,
} from '../../client/video-actions.ts';
import { Confirm } from '../confirm.tsx';
import { Notice } from '../feedback.tsx';
import { ShareIcon } from '../icons.tsx';

interface ActionsProps {
  video: OwnVideoNow;
  onSaid: (text: string) => void;
  onGone: () => void;
  onRetitle: () => void;
}

/** What a player can do with a video as it stands. */
export function Actions({ video, onSaid, onGone, onRetitle }: ActionsProps) {
  const [isBusy, act, problem] = useAction();
  const [isAsking, setAsking] = useState(false);
  const { video_id, title, is_public, status } = video;

  const publish = async (isPublic: boolean) => {
    replaceVideo(await changeVideo(video_id, { is_public: isPublic }));
    const { published, willBePublished, withdrawn } = texts.said;
    onSaid((isPublic ? (status === 'processed' ? published : willBePublished) : withdrawn)(title));
  };
  const retry = async () => {
    await retryVideo(video_id);
    const { failure_code, failure_reason, progress, stage, ...others } = video;
    replaceVideo({ ...others, status: 'uploaded' });
    onSaid(texts.said.retried(title));
  };
  const remove = async () => {
    await deleteVideo(video_id);
    forgetVideo(video_id);
    onSaid(texts.said.removed(title));
    onGone();
  };

  return (
    <>
      {problem && !isAsking && (
        <Notice kind="bad" isAlert>
          {problem}
        </Notice>
      )}
      <p class="row own-actions">
        {isOpen(video) && (
          <a class="button button-small" href={`/videos/${video_id}`}>
            <ShareIcon />
            {share}
            <span class="unseen"> {title}</span>
          </a>
        )}
        {status === 'failed' ? (
          <Action text={isBusy ? texts.retrying : texts.retry} of={title} onClick={() => act(retry)} isMain />
        ) : is_public ? (
          <Action text={texts.withdraw} of={title} onClick={() => act(() => publish(false))} />
        ) : (
          <Action
            text={isBusy ? publishing : publishWord}
            of={title}
            onClick={() => act(() => publish(true))}
            isMain
          />
        )}
        <Action text={texts.retitle} of={title} onClick={onRetitle} />
        <Action text={texts.remove} of={title} onClick={() => setAsking(true)} />
      </p>
      {isAsking && (
        <Confirm
          question={texts.removeQuestion}
          text={isOpen(video) ? texts.removeOpen : texts.removeText(title)}
          yes={isOpen(video) ? texts.withdraw : texts.removeYes}
          no={texts.cancel}
          isBusy={isBusy}
          problem={problem}
          onYes={() => act(isOpen(video) ? () => publish(false) : remove)}
          onNo={() => setAsking(false)}
        />
      )}
    </>
  );
}

interface ActionProps {
  text: string;
  /** Of the video, for who hears the page. */
  of: string;
  isMain?: boolean;
  onClick: () => void;
}

function Action({ text, of, isMain, onClick }: ActionProps) {
  return (
    <button type="button" class={`button button-small${isMain ? '' : ' button-plain'}`} onClick={onClick}>
      {text}
      <span class="unseen"> {of}</span>
    </button>
  );
}
