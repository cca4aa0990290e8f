import { locale, timeZone } from '#texts/locale';

const whole = new Intl.NumberFormat(locale);
const dayTime = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeStyle: 'short', timeZone });
const day = new Intl.DateTimeFormat(locale, { dateStyle: 'medium', timeZone });
const calendarDay = new Intl.DateTimeFormat(locale, { dateStyle: 'long', timeZone: 'UTC' });
const megabytes = new Intl.NumberFormat(locale, { maximumFractionDigits: 1 });
const percent = new Intl.NumberFormat(locale, { style: 'percent' });

export const formatNumber = (value: number) => whole.format(value);
/** Node and browsers put other spaces into `p. m.`, some of which a line may break at. */
export const formatDateTime = (iso: string) =>
  dayTime.format(new Date(iso)).replace(/\s(?=[ap]\.|m\.)/g, '\u00a0');
/** @param day of the calendar, as 2026-01-31 */
export const formatDay = (day: string) => calendarDay.format(new Date(day));
/** The last words of a sentence, without the dot that `p. m.` would bring beside the sentence's own. */
export const formatDateTimeLast = (iso: string) => formatDateTime(iso).replace(/\.$/, '');
export const formatDate = (iso: string) => day.format(new Date(iso));
/** @param share from 0 to 1 */
export const formatPercent = (share: number) => percent.format(share);
/** As phones say it: a megabyte is a million bytes. */
export const formatBytes = (bytes: number) => `${megabytes.format(bytes / 1e6)} MB`;
/** @param seconds as `0:30` */
export const formatDuration = (seconds: number) =>
  `${Math.floor(seconds / 60)}:${String(Math.floor(seconds % 60)).padStart(2, '0')}`;
