const DATE = /^(\d{4}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d+)?)?))?(?: ?(Z|[+-]\d\d(?::?\d\d)?))?$/;
const SECONDS = /^\d{10}$/;
const MILLISECONDS = /^\d{13}$/;

const END = Date.UTC(2101, 0);

/**
 * A time from 1970 to 2100 as databases write it, or in seconds or milliseconds since 1970; without a zone it is UTC.
 * @returns ISO 8601; undefined when it is none
 */
export function readTime(text: string): string | undefined {
  const time = SECONDS.test(text)
    ? Number(text) * 1000
    : MILLISECONDS.test(text)
      ? Number(text)
      : parse(text);
  return time >= 0 && time < END ? new Date(time).toISOString() : undefined;
}

function parse(text: string): number {
  const [, date, clock = '00:00', zone = 'Z'] = DATE.exec(text) ?? [];
  if (!date || !isDay(date)) return Number.NaN;
  const hours = zone.length === 3 ? `${zone}:00` : zone.replace(/^(.\d\d)(\d\d)$/, '$1:$2');
  return Date.parse(`${date}T${clock}${hours}`);
}

/** 31 February is read as 2 March otherwise. */
function isDay(date: string): boolean {
  const time = Date.parse(`${date}T00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(date);
}
