import { useEffect, useState } from 'preact/hooks';
import { browserTransport } from './browser-transport.ts';
import { addMark, type Mark, speedOf } from './pace.ts';
import { forgetFile } from './same-file.ts';
import { stayAwake } from './stay-awake.ts';
import { Upload, type UploadProgress } from './upload.ts';

export interface SentFile {
  videoId: string;
  title: string;
  file: File;
}

/** broken: it does not go on by itself. */
type SendingState = 'running' | 'paused' | 'broken';

interface Moment extends UploadProgress {
  marks: readonly Mark[];
}

/** Often enough to look alive. */
const EVERY_MS = 400;

/** Sends a file for as long as it is shown and not paused. */
export function useUpload({ videoId, file }: SentFile, onDone: () => void) {
  const nothing: Moment = { phase: 'sending', sent: 0, total: file.size, moved: 0, marks: [] };
  const [state, setState] = useState<SendingState>('running');
  const [moment, setMoment] = useState(nothing);
  const [problem, setProblem] = useState<unknown>();

  useEffect(() => {
    if (state !== 'running') return;
    setProblem(undefined);
    const stop = new AbortController();
    const release = stayAwake();
    let latest: UploadProgress | undefined;
    const show = () => latest && setMoment(momentAfter(latest, performance.now()));
    const timer = setInterval(show, EVERY_MS);
    const upload = new Upload(browserTransport, { videoId, file }, (progress) => {
      latest = progress;
    });
    upload
      .run(stop.signal)
      .then(
        () => {
          forgetFile(videoId);
          release();
          onDone();
        },
        (error) => {
          if (stop.signal.aborted) return;
          setProblem(error);
          setState('broken');
        },
      )
      .finally(() => {
        clearInterval(timer);
        // What was under way when it stopped has not arrived.
        show();
      });
    return () => {
      stop.abort();
      clearInterval(timer);
      release();
    };
  }, [state, videoId, file]);

  return {
    state,
    progress: moment,
    speed: speedOf(moment.marks),
    problem,
    pause: () => setState('paused'),
    resume: () => setState('running'),
  };
}

/** What was measured before a wait says nothing about the time after it. */
const momentAfter =
  (latest: UploadProgress, at: number) =>
  (before: Moment): Moment => ({
    ...latest,
    marks: latest.phase === 'sending' ? addMark(continued(before, latest), { at, moved: latest.moved }) : [],
  });

/** Another run counts anew. */
const continued = ({ marks, moved }: Moment, latest: UploadProgress) => (latest.moved < moved ? [] : marks);
