import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

type Cell = string | number | boolean | null;

export interface Contents {
  users?: Record<string, Cell>[];
  videos?: Record<string, Cell>[];
  votes?: Record<string, Cell>[];
}

const tables = (contents: Contents) => Object.entries(contents) as [string, Record<string, Cell>[]][];

/** users.csv, videos.csv and votes.csv, as a spreadsheet writes them; answers their paths. */
export function writeCsv(folder: string, contents: Contents): string[] {
  const quoted = (cell: Cell) => (cell === null ? '' : `"${String(cell).replaceAll('"', '""')}"`);
  return tables(contents).map(([table, rows]) => {
    const path = join(folder, `${table}.csv`);
    const lines = [Object.keys(rows[0] ?? {}), ...rows.map((row) => Object.values(row).map(quoted))];
    writeFileSync(path, `\ufeff${lines.map((line) => line.join(',')).join('\r\n')}\r\n`);
    return path;
  });
}

const escapes: Record<string, string> = { '\\': '\\\\', '\n': '\\n', '\r': '\\r', '\t': '\\t', '\v': '\\v' };

/** As pg_dump writes it, votes first; answers its path. */
export function writeSqlDump(folder: string, contents: Contents): string {
  const path = join(folder, 'dump.sql');
  const cell = (value: Cell) =>
    value === null ? '\\N' : String(value).replace(/[\\\n\r\t\v]/g, (character) => escapes[character] ?? '');
  const blocks = tables(contents)
    .reverse()
    .map(([table, rows]) => {
      const lines = rows.map((row) => Object.values(row).map(cell).join('\t'));
      return `COPY public.${table} (${Object.keys(rows[0] ?? {}).join(', ')}) FROM stdin;\n${lines.join('\n')}\n\\.\n`;
    });
  const before = "SET client_encoding = 'UTF8';\nCREATE TABLE public.users (id integer);\n";
  const other = 'COPY public.sessions (id, token) FROM stdin;\n1\tsecret\n\\.\n';
  writeFileSync(path, [before, other, ...blocks, 'ALTER TABLE public.users OWNER TO old;\n'].join('\n'));
  return path;
}

/** A hash of bcrypt's form, a different one for each number. */
export const bcryptOf = (number: number) =>
  `$2b$12$${String(number).padStart(53, 'abcdefghijklmnopqrstuvwxyz./ABCDEFGHIJKLMNOPQRSTUVWXYZ')}`;

/** So many people; as many videos, one each; so many votes for the videos of others, each another. */
export function makeContest(
  people: number,
  votes: number,
  idOf: (id: number) => string = String,
): Required<Contents> {
  const numbers = Array.from({ length: people }, (_, index) => index + 1);
  return {
    users: numbers.map((id) => ({
      id: idOf(id),
      first_name: `Ana${id}`,
      last_name: 'Ríos',
      email: `ana${id}@example.com`,
      password: bcryptOf(id),
      city: 'Bogotá',
      country: 'Colombia',
      created_at: '2024-03-01 10:00:00',
    })),
    videos: numbers.map((id) => ({
      id: idOf(id),
      user_id: idOf(id),
      title: `Triple ${id}`,
      is_public: true,
      uploaded_at: '2024-04-01 10:00:00+00',
      original_url: `https://old.example.com/media/clip${id}.mp4`,
    })),
    votes: Array.from({ length: votes }, (_, index) => ({
      user_id: idOf((index % people) + 1),
      video_id: idOf(((index + 1 + Math.floor(index / people)) % people) + 1),
      created_at: new Date(1_714_000_000_000 + index * 1000).toISOString(),
    })),
  };
}
