import * as texts from '#texts/upload';
import type { ContestState } from '../../contest-state.ts';

export function VisibilityField({ contest }: { contest: ContestState }) {
  const choices = [
    { value: 'public', text: texts.everyone, hint: texts.everyoneHint[contest] },
    { value: 'private', text: texts.onlyMe, hint: texts.onlyMeHint },
  ];
  return (
    <fieldset class="field">
      <legend>{texts.visibility}</legend>
      <div class="choices">
        {choices.map(({ value, text, hint }, index) => (
          <label key={value} class="choice">
            <input type="radio" name="visibility" value={value} defaultChecked={index === 0} />
            <span>
              <b>{text}</b>
              <br />
              <span class="soft small">{hint}</span>
            </span>
          </label>
        ))}
      </div>
    </fieldset>
  );
}
