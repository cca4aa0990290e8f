import { useEffect, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/own-videos';
import { nameProblem } from '#texts/upload';
import { replaceVideo } from '../../client/own-videos.ts';
import { useAction } from '../../client/use-action.ts';
import { changeVideo, type OwnVideoNow } from '../../client/video-actions.ts';
import { isTitle, TITLE } from '../upload/title-field.tsx';

interface RetitleProps {
  video: OwnVideoNow;
  onSaid: (text: string) => void;
  onClose: () => void;
}

/** The title, to be written anew where it stands. */
export function Retitle({ video, onSaid, onClose }: RetitleProps) {
  const [isBusy, act, problem] = useAction();
  const [isWrong, setWrong] = useState(false);
  const input = useRef<HTMLInputElement>(null);
  const id = `titulo-${video.video_id}`;
  useEffect(() => input.current?.select(), []);

  function save(event: Event) {
    event.preventDefault();
    const title = input.current?.value.trim() ?? '';
    setWrong(!isTitle(title));
    if (!isTitle(title)) return input.current?.focus();
    act(async () => {
      replaceVideo({ ...video, ...(await changeVideo(video.video_id, { title })) });
      onSaid(texts.said.retitled);
      onClose();
    });
  }

  const wrong = isWrong ? nameProblem : problem;
  return (
    <form class="field" onSubmit={save} noValidate>
      <label for={id}>{texts.newTitle}</label>
      <input
        class="input"
        id={id}
        ref={input}
        defaultValue={video.title}
        maxlength={TITLE.max}
        aria-invalid={wrong !== ''}
        {...(wrong && { 'aria-describedby': `${id}-error` })}
        onKeyDown={(event) => event.key === 'Escape' && onClose()}
      />
      {wrong && (
        <p class="field-error" id={`${id}-error`} role="alert">
          {wrong}
        </p>
      )}
      <p class="row">
        <button type="submit" class="button button-small" aria-disabled={isBusy}>
          {texts.save}
        </button>
        <button type="button" class="button button-plain button-small" onClick={onClose}>
          {texts.cancel}
        </button>
      </p>
    </form>
  );
}
