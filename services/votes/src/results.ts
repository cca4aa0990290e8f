import { createHash } from 'node:crypto';
import { type CityRanking, type Ranking, type Rules, rankedCity } from './ranking.ts';

/** A video's place in the result, in the country and in its city. */
export interface ResultRow {
  position: number;
  city_position: number;
  qualifies: boolean;
  votes: number;
  video_id: string;
  user_id: number;
  /** null: the account was deleted after the freeze. */
  username: string | null;
  title: string | null;
  city: string;
}

export function resultRows({ national, cities }: Ranking, rules: Rules): ResultRow[] {
  const placed = new Map<CityRanking, number>();
  return national.flatMap((contender, index) => {
    const city = cities.get(rankedCity(contender.city_key, rules));
    if (!city) return [];
    const { votes, video_id, owner_id, username, title } = contender;
    const city_position = (placed.get(city) ?? 0) + 1;
    placed.set(city, city_position);
    return {
      position: index + 1,
      city_position,
      qualifies: city.finalists.has(contender),
      ...{ votes, video_id, user_id: owner_id, username, title, city: city.name },
    };
  });
}

// ── As a file ───────────────────────────────────────────────────────────────────────────────────────────────────

const COLUMNS = [
  ...(['position', 'city_position', 'qualifies', 'votes', 'video_id', 'user_id'] as const),
  ...(['username', 'title', 'city'] as const),
];
/** Without it Excel on Windows reads a file that is opened by a click in an old code page: BogotÃ¡. */
const BOM = '\uFEFF';
/** What begins so a spreadsheet would compute; where numbers have commas, as in Colombia, cells begin at semicolons. */
const FORMULA = /(^|;\s*)(?=[=+\-@\t\r])/g;
const NEEDS_QUOTES = /[",\r\n]/;

/** RFC 4180. The checksums of frozen results are of these bytes: another form of it would belie them. */
export function toCsv(rows: readonly ResultRow[]): Buffer {
  const lines = rows.map((row) => COLUMNS.map((column) => cell(row[column])).join(','));
  return Buffer.from(`${BOM}${[COLUMNS.join(','), ...lines].join('\r\n')}\r\n`);
}

function cell(value: ResultRow[keyof ResultRow]): string {
  const text = typeof value === 'string' ? harmless(value) : String(value ?? '');
  return NEEDS_QUOTES.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

const harmless = (text: string) => text.replace(FORMULA, "$1'");

export const sha256 = (bytes: Buffer) => createHash('sha256').update(bytes);
