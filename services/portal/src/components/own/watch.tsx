import { useEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/own-videos';
import { describeProblem } from '../../client/describe-problem.ts';
import { findVideo, type OwnVideoNow } from '../../client/video-actions.ts';
import { Notice } from '../feedback.tsx';
import { Player } from '../player.tsx';

/** A video before anybody else sees it. Its address is asked for anew: signed ones do not hold for long. */
export function Watch({ video, onClose }: { video: OwnVideoNow; onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const [found, setFound] = useState<OwnVideoNow>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    const shown = dialog.current;
    shown?.showModal();
    findVideo(video.video_id).then(setFound, (error) => setProblem(describeProblem(error)));
    return () => shown?.close();
  }, [video.video_id]);
  return (
    <dialog ref={dialog} class="dialog-wide" aria-label={video.title} onClose={onClose}>
      <div class="dialog-head">
        <h2 class="written">{video.title}</h2>
        <button type="button" class="dialog-close" onClick={onClose} aria-label={texts.close}>
          ×
        </button>
      </div>
      {problem ? (
        <Notice kind="bad" isAlert>
          {problem}
        </Notice>
      ) : (
        <Player src={found?.processed_url} poster={found?.poster_url} />
      )}
    </dialog>
  );
}
