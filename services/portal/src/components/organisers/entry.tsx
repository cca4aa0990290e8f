import { useId } from 'preact/hooks';

interface EntryProps {
  label: string;
  kind?: 'line' | 'whole number' | 'time';
  hint?: string | undefined;
  /** What is wrong with what it says. */
  problem?: string | undefined;
  value: string;
  onValue: (value: string) => void;
}

const kinds = {
  line: { type: 'text' },
  'whole number': { type: 'text', inputMode: 'numeric' },
  time: { type: 'datetime-local' },
} as const;

export function Entry({ label, kind = 'line', hint, problem, value, onValue }: EntryProps) {
  const id = useId();
  const said = problem ?? hint;
  return (
    <div class="field">
      <label for={id}>{label}</label>
      <input
        {...kinds[kind]}
        id={id}
        class="input"
        value={value}
        autoComplete="off"
        aria-invalid={problem !== undefined}
        {...(said && { 'aria-describedby': `${id}-said` })}
        onInput={(event) => onValue(event.currentTarget.value)}
      />
      {said && (
        <p id={`${id}-said`} class={problem ? 'field-error' : 'field-hint'}>
          {said}
        </p>
      )}
    </div>
  );
}
