import { useEffect, useState } from 'preact/hooks';
import { describeProblem } from '../../client/describe-problem.ts';
import { findVideo, type OwnVideoNow } from '../../client/video-actions.ts';
import { Dialog } from '../dialog.tsx';
import { Notice } from '../feedback.tsx';
import { Player } from '../player.tsx';

/** A video before anybody else sees it. Its address is asked for anew: signed ones do not hold for long. */
export function Watch({ video, onClose }: { video: OwnVideoNow; onClose: () => void }) {
  const [found, setFound] = useState<OwnVideoNow>();
  const [problem, setProblem] = useState('');
  useEffect(() => {
    findVideo(video.video_id).then(setFound, (error) => setProblem(describeProblem(error)));
  }, [video.video_id]);
  return (
    <Dialog title={video.title} isWide onClose={onClose}>
      {problem ? (
        <Notice kind="bad" isAlert>
          {problem}
        </Notice>
      ) : (
        <Player src={found?.processed_url} poster={found?.poster_url} label={video.title} />
      )}
    </Dialog>
  );
}
