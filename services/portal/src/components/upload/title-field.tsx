import { useState } from 'preact/hooks';
import * as texts from '#texts/upload';

/** Letters, spaces at the ends left out. */
export const TITLE = { min: 5, max: 100 } as const;

export function TitleField({ problem }: { problem: string | undefined }) {
  const [letters, setLetters] = useState(0);
  return (
    <div class="field">
      <label for="titulo">{texts.name}</label>
      <input
        class="input"
        id="titulo"
        name="title"
        maxlength={TITLE.max}
        required
        aria-invalid={problem !== undefined}
        aria-describedby={`titulo-ayuda${problem ? ' titulo-error' : ''}`}
        onInput={({ currentTarget }) => setLetters(currentTarget.value.trim().length)}
      />
      <p class="field-hint between" id="titulo-ayuda">
        <span>{texts.nameHint}</span> <span class="count">{texts.nameCount(letters)}</span>
      </p>
      {problem && (
        <p class="field-error" id="titulo-error">
          {problem}
        </p>
      )}
    </div>
  );
}
