import { locale, timeZone } from '#texts/locale';

const short = new Intl.DateTimeFormat(locale, {
  day: 'numeric',
  month: 'short',
  hour: 'numeric',
  minute: '2-digit',
  timeZone,
});
const exact = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeStyle: 'medium', timeZone });
const clock = new Intl.DateTimeFormat(locale, { timeStyle: 'medium', timeZone });

export function Moment({ at }: { at: string }) {
  return (
    <time dateTime={at} title={formatExact(at)}>
      {short.format(new Date(at))}
    </time>
  );
}

export const formatExact = (iso: string) => exact.format(new Date(iso));
/** @param at in milliseconds */
export const formatClock = (at: number) => clock.format(at);
