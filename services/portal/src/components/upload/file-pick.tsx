import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';

interface FilePickProps {
  onPick: (files: readonly File[]) => void;
  /** Takes one with the phone's camera, at once. */
  isCamera?: boolean;
  isPlain?: boolean;
  isSmall?: boolean;
  /** The id of what says what is wrong with the file. */
  problemId?: string | undefined;
  /** Its name. */
  children: ComponentChildren;
}

/** A button that opens the phone's own way to choose or record a video. */
export function FilePick({ onPick, isCamera, isPlain, isSmall, problemId, children }: FilePickProps) {
  const input = useRef<HTMLInputElement>(null);
  const take = (field: HTMLInputElement) => {
    const files = [...(field.files ?? [])];
    // So that the same one can be chosen again.
    field.value = '';
    if (files.length > 0) onPick(files);
  };
  // What was chosen before the page had come to life.
  useEffect(() => {
    if (input.current) take(input.current);
  }, []);
  const looks = `${isPlain ? ' button-plain' : ''}${isSmall ? ' button-small' : ''}`;
  return (
    <label class={`button file-pick needs-script${looks}`}>
      <input
        type="file"
        accept="video/*,.mp4,.mov,.m4v"
        class="unseen"
        {...(isCamera && { capture: 'environment' as const })}
        {...(problemId && { 'aria-invalid': true as const, 'aria-describedby': problemId })}
        ref={input}
        onChange={({ currentTarget }) => take(currentTarget)}
      />
      {children}
    </label>
  );
}
