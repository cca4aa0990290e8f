import { useEffect, useState } from 'preact/hooks';
import * as texts from '#texts/upload';
import { useDrop } from '../../client/use-drop.ts';
import { CameraIcon, UploadIcon } from '../icons.tsx';
import { FilePick } from './file-pick.tsx';

export interface Clip {
  file: File;
  /** As the browser plays it; undefined: not known, or it can not. */
  seconds?: number;
}

interface ClipPickerProps {
  clip: Clip | undefined;
  problem: string | undefined;
  onPick: (files: readonly File[]) => void;
  onMeasured: (seconds: number) => void;
}

/** A file dropped, chosen or recorded; then what it shows. */
export function ClipPicker({ clip, problem, onPick, onMeasured }: ClipPickerProps) {
  const isOver = useDrop(onPick);
  return (
    <fieldset class="field" id="archivo">
      <legend>{texts.file}</legend>
      <div class={`drop${isOver ? ' drop-over' : ''}`}>
        {clip && <Preview clip={clip} onMeasured={onMeasured} />}
        {/* Above what was pressed: below it a phone's navigation may cover it. */}
        {problem && (
          <p class="field-error" id="archivo-error" role="alert">
            {problem}
          </p>
        )}
        <p class="row">
          <FilePick onPick={onPick} isPlain={clip !== undefined} problemId={problem && 'archivo-error'}>
            <UploadIcon />
            {clip ? texts.chooseOther : texts.choose}
          </FilePick>
          <span class="only-touch">
            <FilePick onPick={onPick} isCamera isPlain>
              <CameraIcon />
              {texts.record}
            </FilePick>
          </span>
        </p>
        {!clip && <p class="soft only-pointer">{isOver ? texts.dropNow : texts.drop}</p>}
      </div>
    </fieldset>
  );
}

function Preview({ clip, onMeasured }: { clip: Clip; onMeasured: (seconds: number) => void }) {
  const { file, seconds } = clip;
  const url = useBlobAddress(file);
  const [isUnplayable, setUnplayable] = useState(false);
  useEffect(() => setUnplayable(false), [file]);
  return (
    <div class="clip">
      {isUnplayable ? (
        <p class="clip-none soft">{texts.noPreview}</p>
      ) : (
        <video
          src={url}
          controls
          muted
          playsinline
          preload="metadata"
          aria-label={texts.preview}
          onLoadedMetadata={({ currentTarget }) => onMeasured(currentTarget.duration)}
          onError={() => setUnplayable(true)}
        />
      )}
      <p>
        <b class="written">{file.name}</b>
        <br />
        <span class="soft small">{texts.fileFacts(file.size, seconds)}</span>
      </p>
    </div>
  );
}

function useBlobAddress(file: File): string | undefined {
  const [url, setUrl] = useState<string>();
  useEffect(() => {
    const made = URL.createObjectURL(file);
    // Phones show the first picture only when asked for a moment behind it.
    setUrl(`${made}#t=0.1`);
    return () => URL.revokeObjectURL(made);
  }, [file]);
  return url;
}
