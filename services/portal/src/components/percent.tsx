import { formatPercent } from '../format.ts';

interface PercentProps {
  value: number;
  /** What goes on. */
  label: string;
  /** Whether it stands still for now. */
  isStill?: boolean;
}

/** Of the whole, in the scoreboard's digits, over the bar. */
export function Percent({ value, label, isStill = false }: PercentProps) {
  return (
    <div class={`percent${isStill ? ' percent-still' : ''}`}>
      <span aria-hidden="true">{formatPercent(value / 100)}</span>
      <progress max={100} value={value} aria-label={label} />
    </div>
  );
}
