import type { RawRow, Table } from './dump.ts';
import { ImportRefused } from './refused.ts';
import { readLines, startOf } from './text-file.ts';

const COPY = /^COPY (?:"?\w+"?\.)?"?(\w+)"? \((.*)\) FROM stdin;$/;
const INSERT = /^INSERT INTO (?:["`]?\w+["`]?\.)?["`]?(\w+)["`]?/;
const END = '\\.';
/** How an archive of pg_dump begins. */
const ARCHIVE = 'PGDMP';

export interface SqlDump {
  tables: Table[];
  /** Tables whose rows are there as INSERT statements, which are not read. */
  inserted: string[];
}

/** What pg_dump writes: the COPY blocks are read, other statements passed over. */
export async function openSqlDump(path: string): Promise<SqlDump> {
  if ((await startOf(path)) === ARCHIVE) {
    throw new ImportRefused(`${path} is an archive. Write it as SQL: pg_restore --file dump.sql ${path}`);
  }
  const tables: Table[] = [];
  const inserted = new Set<string>();
  let isInBlock = false;
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      if (isInBlock) {
        isInBlock = line !== END;
        continue;
      }
      const [, name, columns] = COPY.exec(line) ?? [];
      isInBlock = name !== undefined && columns !== undefined;
      if (isInBlock) tables.push(table(path, name as string, columns as string));
      else if (line.startsWith('INSERT')) inserted.add(INSERT.exec(line)?.[1] ?? '');
    }
  }
  if (isInBlock) throw new ImportRefused(`${path} breaks off in the rows of ${tables.at(-1)?.name}`);
  return { tables, inserted: [...inserted] };
}

const table = (path: string, name: string, columns: string): Table => ({
  name,
  columns: columns.split(', ').map((column) => column.replace(/^"(.*)"$/, '$1')),
  rows: () => rowsOf(path, name),
});

async function* rowsOf(path: string, table: string): AsyncGenerator<RawRow> {
  let block: string | undefined;
  let number = 0;
  for await (const lines of readLines(path)) {
    for (const line of lines) {
      number++;
      if (block === undefined) block = COPY.exec(line)?.[1];
      else if (line === END) block = undefined;
      else if (block === table) yield { line: number, values: line.split('\t').map(decoded) };
    }
  }
}

const letters: Record<string, string> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t', v: '\v' };

/** Bytes as numbers, of which several may make a character; or any other escape. */
const ESCAPE = /((?:\\x[0-9A-Fa-f]{1,2}|\\[0-7]{1,3})+)|\\(.)/gs;

/** A field of COPY's text format. */
function decoded(field: string): string | null {
  if (field === '\\N') return null;
  if (!field.includes('\\')) return field;
  return field.replace(ESCAPE, (_all, bytes: string | undefined, character: string) =>
    bytes === undefined ? (letters[character] ?? character) : textOf(bytes),
  );
}

function textOf(escaped: string): string {
  const bytes = escaped.slice(1).split('\\');
  const values = bytes.map((byte) =>
    byte.startsWith('x') ? Number.parseInt(byte.slice(1), 16) : Number.parseInt(byte, 8),
  );
  return Buffer.from(values).toString('utf8');
}
