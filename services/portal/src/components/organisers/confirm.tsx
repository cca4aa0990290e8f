import type { ComponentChildren } from 'preact';
import { useId, useRef, useState } from 'preact/hooks';
import * as texts from '#texts/organisers';
import { describeForOrganisers } from '../../client/organiser-problems.ts';
import { NotSignedIn } from '../../client/session.ts';
import { Dialog } from '../dialog.tsx';
import { Notice } from '../feedback.tsx';

/** What is to be done once an organiser has read what it means. */
export interface Question {
  title: string;
  /** Words the button. */
  action: string;
  /** What it is done to. */
  subject?: ComponentChildren;
  /** What will happen, a sentence each. */
  happens: readonly string[];
  isDangerous?: boolean;
  /** Whether it must be said why. */
  needsReason?: boolean;
  /** Answers what has been done. */
  act: (reason: string) => Promise<string>;
}

/** What went wrong is said by its message. */
export class Told extends Error {}

interface ConfirmProps {
  question: Question;
  onDone: (said: string) => void;
  onClose: () => void;
}

const SHORTEST = 5;
const LONGEST = 500;

export function Confirm({ question, onDone, onClose }: ConfirmProps) {
  const { title, action, subject, happens, isDangerous, needsReason, act } = question;
  const [state, setState] = useState<{ isSending?: boolean; problem?: string; isTooShort?: boolean }>({});
  const reason = useRef<HTMLTextAreaElement>(null);
  const id = useId();

  async function send(event: Event) {
    event.preventDefault();
    if (state.isSending) return;
    const why = reason.current?.value.trim() ?? '';
    if (needsReason && why.length < SHORTEST) {
      setState({ isTooShort: true });
      reason.current?.focus();
      return;
    }
    setState({ isSending: true });
    try {
      onDone(await act(why));
    } catch (error) {
      setState(error instanceof NotSignedIn ? {} : { problem: wordingOf(error) });
    }
  }

  return (
    <Dialog title={title} onClose={onClose}>
      <form class="stack" onSubmit={send} noValidate>
        {subject && <div class="panel written">{subject}</div>}
        <div>
          <p class="soft">{texts.happens}</p>
          <ul class="happens">
            {happens.map((sentence) => (
              <li key={sentence}>{sentence}</li>
            ))}
          </ul>
        </div>
        {needsReason && (
          <div class="field">
            <label for={id}>{texts.reason}</label>
            <textarea
              id={id}
              ref={reason}
              class="input"
              rows={2}
              maxLength={LONGEST}
              aria-describedby={`${id}-hint`}
              aria-invalid={state.isTooShort ?? false}
            />
            <p id={`${id}-hint`} class={state.isTooShort ? 'field-error' : 'field-hint'}>
              {state.isTooShort ? texts.reasonTooShort : texts.reasonHint}
            </p>
          </div>
        )}
        {state.problem && (
          <Notice kind="bad" isAlert>
            {state.problem}
          </Notice>
        )}
        <p class="row">
          <button
            type="submit"
            class={`button${isDangerous ? ' button-danger' : ''}`}
            aria-disabled={state.isSending ?? false}
          >
            {state.isSending ? texts.working : action}
          </button>
          <button type="button" class="button button-plain" onClick={onClose}>
            {texts.cancel}
          </button>
        </p>
      </form>
    </Dialog>
  );
}

const wordingOf = (error: unknown) => (error instanceof Told ? error.message : describeForOrganisers(error));
