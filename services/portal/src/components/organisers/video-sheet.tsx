import type { InspectedVideo } from '@anb/api-client/organiser-contract';
import { useState } from 'preact/hooks';
import * as texts from '#texts/organiser-videos';
import { by, watch } from '#texts/organisers';
import { leaveFor } from '../../client/address.ts';
import { Refusal } from '../../client/api.ts';
import { useLive } from '../../client/live.ts';
import { read } from '../../client/organisers.ts';
import { Dialog } from '../dialog.tsx';
import { Player } from '../player.tsx';
import { type Desk, Said } from './desk.tsx';
import { Moment } from './moment.tsx';
import { RetryButton } from './retry-button.tsx';
import { Shown } from './shown.tsx';
import { askToHide, askToShow, nameOf, wordsToShow } from './video-questions.tsx';
import { VideoState } from './video-state.tsx';

interface OpenVideoProps {
  /** As the address says it. */
  id: string | undefined;
  desk: Desk;
  /** The address without it. */
  close: string;
}

const EVERY_MS = 5000;

/** Anybody's video, to look at and to judge, while the address names one. */
export function OpenVideo({ id, desk, close }: OpenVideoProps) {
  return id ? <Sheet key={id} id={id} desk={desk} onClose={() => leaveFor(close)} /> : null;
}

function Sheet({ id, desk, onClose }: { id: string; desk: Desk; onClose: () => void }) {
  const live = useLive({
    key: id,
    turn: desk.turn,
    everyMs: EVERY_MS,
    load: (loading) => read<InspectedVideo>(`/api/admin/videos/${id}`, loading),
  });
  const isUnknown = live.problem instanceof Refusal && [400, 404].includes(live.problem.status);
  return (
    <Dialog title={live.data?.title ?? watch} isWide onClose={onClose}>
      <Said {...desk} />
      {isUnknown ? (
        <p>{texts.notFound}</p>
      ) : (
        <Shown live={live}>{(video) => <Inspected video={video} desk={desk} />}</Shown>
      )}
    </Dialog>
  );
}

function Inspected({ video, desk }: { video: InspectedVideo; desk: Desk }) {
  const judged = { ...video, reports: video.reports.length };
  return (
    <div class="sheet">
      <Clip key={`${video.open} ${video.processed_url !== undefined}`} video={video} />
      <div class="stack">
        <VideoState job={video} />
        <Facts video={video} />
        <Reports reasons={video.reports} />
        <p class="row">
          {video.status === 'failed' && <RetryButton job={video} desk={desk} />}
          {!video.hidden && (
            <button
              type="button"
              class="button button-small button-danger"
              onClick={() => desk.ask(askToHide(judged))}
            >
              {texts.hide.action}
            </button>
          )}
          {(video.hidden || video.review === 'pending' || judged.reports > 0) && (
            <button
              type="button"
              class="button button-small button-plain"
              onClick={() => desk.ask(askToShow(judged))}
            >
              {wordsToShow(judged)}
            </button>
          )}
        </p>
        {video.open && (
          <p>
            <a href={`/videos/${video.video_id}`}>{texts.publicPage}</a>
          </p>
        )}
      </div>
    </div>
  );
}

/** Its addresses are signed anew each time; with the first of them it plays on. */
function Clip({ video }: { video: InspectedVideo }) {
  const [{ processed_url, poster_url }] = useState(video);
  if (!processed_url) {
    const isKept = video.status === 'processed' && !video.is_public;
    return <p class="notice">{isKept ? texts.onlyPlayerSees : texts.noClip}</p>;
  }
  return <Player src={processed_url} poster={poster_url} label={video.title} />;
}

function Facts({ video }: { video: InspectedVideo }) {
  return (
    <dl class="facts">
      <dt>{texts.player}</dt>
      <dd class="written">{by(nameOf(video))}</dd>
      <dt>{texts.uploadedAt}</dt>
      <dd>
        <Moment at={video.uploaded_at} /> · {texts.attempts(video.attempts)}
        {video.deaths > 0 && ` · ${texts.deaths(video.deaths)}`}
      </dd>
      {video.processed_at && (
        <>
          <dt>{texts.processedAt}</dt>
          <dd>
            <Moment at={video.processed_at} />
          </dd>
        </>
      )}
    </dl>
  );
}

function Reports({ reasons }: { reasons: readonly string[] }) {
  if (reasons.length === 0) return null;
  return (
    <div>
      <h3>{texts.reports(reasons.length)}</h3>
      <ul class="reasons">
        {reasons.map((reason, index) => (
          <li key={index} class="written">
            {reason}
          </li>
        ))}
      </ul>
    </div>
  );
}
