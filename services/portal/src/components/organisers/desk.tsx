import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { useKeptFocus } from '../../client/kept-focus.ts';
import { Notice } from '../feedback.tsx';
import { Confirm, type Question } from './confirm.tsx';

/** A section's place of work: what is asked before something is done, and what has been done. */
export interface Desk {
  ask: (question: Question) => void;
  /** Something was done: says it, and what is shown may be old. */
  done: (said: string) => void;
  /** Says it, and nothing else has changed. */
  say: (said: string) => void;
  question: Question | undefined;
  said: string;
  /** How much has been done. */
  turn: number;
  settle: () => void;
}

const SAID_MS = 10_000;

export function useDesk(): Desk {
  const [question, ask] = useState<Question>();
  const [{ said, turn }, setDone] = useState({ said: '', turn: 0 });
  useEffect(() => {
    if (!said) return;
    const timer = setTimeout(() => setDone({ said: '', turn }), SAID_MS);
    return () => clearTimeout(timer);
  }, [said, turn]);
  return {
    ...{ ask, question, said, turn },
    done: (what) => setDone((before) => ({ said: what, turn: before.turn + 1 })),
    say: (what) => setDone((before) => ({ ...before, said: what })),
    settle: () => ask(undefined),
  };
}

export function DeskTop({ desk, children }: { desk: Desk; children: ComponentChildren }) {
  const { question, said, done, settle } = desk;
  const top = useRef<HTMLDivElement>(null);
  useKeptFocus(top);
  return (
    <div class="stack" ref={top} tabIndex={-1}>
      <Said said={said} />
      {children}
      {question && (
        <Confirm
          question={question}
          onClose={settle}
          onDone={(what) => {
            settle();
            done(what);
          }}
        />
      )}
    </div>
  );
}

export function Said({ said }: Pick<Desk, 'said'>) {
  return (
    <div class="said" role="status">
      {said && <Notice kind="good">{said}</Notice>}
    </div>
  );
}
