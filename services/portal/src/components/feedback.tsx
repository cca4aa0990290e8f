import type { ComponentChildren, ComponentType } from 'preact';
import { AlertIcon, CheckIcon } from './icons.tsx';

interface NoticeProps {
  kind?: 'good' | 'bad' | 'warn';
  /** Whether it came up by what the person did, and is read out at once. */
  isAlert?: boolean;
  children: ComponentChildren;
}

export function Notice({ kind, isAlert, children }: NoticeProps) {
  const Icon = kind === 'good' ? CheckIcon : AlertIcon;
  return (
    <div class={`notice${kind ? ` notice-${kind}` : ''}`} {...(isAlert && { role: 'alert' })}>
      <Icon />
      <div>{children}</div>
    </div>
  );
}

interface EmptyProps {
  icon: ComponentType;
  children: ComponentChildren;
}

/** Where there is nothing yet: what will be here, and what to do for it. */
export function Empty({ icon: Icon, children }: EmptyProps) {
  return (
    <div class="empty">
      <Icon />
      {children}
    </div>
  );
}

interface SkeletonProps {
  count: number;
  kind: 'card' | 'row';
  /** What is being waited for. */
  label: string;
}

/** The shape of what is on its way. */
export function Skeleton({ count, kind, label }: SkeletonProps) {
  return (
    <div class={kind === 'card' ? 'cards' : 'stack'} aria-busy="true" role="status" aria-label={label}>
      {Array.from({ length: count }, (_, index) => (
        <div key={index} class={`skeleton skeleton-${kind}`} />
      ))}
    </div>
  );
}
