import { useState } from 'preact/hooks';
import * as texts from '#texts/upload';

/** Letters, spaces at the ends left out. */
export const TITLE = { min: 5, max: 100 } as const;
export const isTitle = (text: string) => text.length >= TITLE.min && text.length <= TITLE.max;

interface TitleFieldProps {
  problem: string | undefined;
  /** Hears the title as it is typed. */
  onInput: (title: string) => void;
}

export function TitleField({ problem, onInput }: TitleFieldProps) {
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
        onInput={({ currentTarget }) => {
          const title = currentTarget.value.trim();
          setLetters(title.length);
          onInput(title);
        }}
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
