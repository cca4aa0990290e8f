import { basename } from 'node:path';
import {
  type Defaults,
  describeMissing,
  type Kind,
  kinds,
  type Layout,
  layoutOf,
  tableNames,
} from './columns.ts';
import { openCsv } from './csv.ts';
import { ImportRefused } from './refused.ts';
import { Row } from './row.ts';
import { openSqlDump } from './sql-dump.ts';

export interface RawRow {
  /** In the file; of a row on several lines, the last. */
  line: number;
  values: (string | null)[];
}

/** Rows that can be read as often as needed, never all in memory. */
export interface Table {
  name: string;
  columns: string[];
  rows: () => AsyncGenerator<RawRow>;
}

interface KnownTable {
  table: Table;
  layout: Layout;
}

/** The tables of an older contest, each with the columns that it needs. */
export class Dump {
  readonly #tables: ReadonlyMap<Kind, KnownTable>;
  readonly #defaults: Defaults;

  private constructor(tables: ReadonlyMap<Kind, KnownTable>, defaults: Defaults) {
    this.#tables = tables;
    this.#defaults = defaults;
  }

  /** @throws ImportRefused naming all that is missing */
  static async open(paths: readonly string[], defaults: Defaults): Promise<Dump> {
    const found = await findTables(paths);
    const tables = new Map<Kind, KnownTable>();
    for (const [kind, table] of found) {
      tables.set(kind, { table, layout: layoutOf(kind, table.columns, defaults) });
    }
    const problems = [...tables].flatMap(([kind, { table, layout }]) =>
      layout.missing.length > 0 ? [`  ${table.name}: ${describeMissing(kind, layout.missing)}`] : [],
    );
    if (problems.length > 0) {
      throw new ImportRefused(
        `Columns are missing (in brackets the names they may have):\n${problems.join('\n')}\n` +
          'Rename columns of the dump, or give one value for all rows: --default users.country=Colombia',
      );
    }
    return new Dump(tables, defaults);
  }

  /** What is read as what and what is not read, a line for each table. */
  describe(): string[] {
    return [...this.#tables].map(([kind, { table, layout }]) => {
      const ignored = layout.ignored.length > 0 ? `; ignored: ${layout.ignored.join(', ')}` : '';
      const read = [...layout.places].map(([column, place]) => renamed(table.columns[place] ?? '', column));
      return `${kind}: ${table.name} (${read.join(', ')}${ignored})`;
    });
  }

  async *rows(kind: Kind): AsyncGenerator<Row> {
    const known = this.#tables.get(kind);
    if (!known) return;
    for await (const raw of known.table.rows()) {
      yield new Row(raw, known.layout.places, known.table.columns.length, this.#defaults[kind]);
    }
  }
}

const renamed = (theirs: string, ours: string) => (theirs === ours ? ours : `${theirs} → ${ours}`);

async function findTables(paths: readonly string[]): Promise<Map<Kind, Table>> {
  const found = new Map<Kind, Table>();
  const passedOver: string[] = [];
  const inserted: string[] = [];
  for (const path of paths) {
    const dump = path.endsWith('.csv')
      ? { tables: [await openCsv(path)], inserted: [] }
      : await openSqlDump(path);
    inserted.push(...dump.inserted.filter((name) => kindOf(name)));
    for (const table of dump.tables) {
      const kind = kindOf(table.name);
      if (!kind) passedOver.push(table.name);
      else if (found.has(kind))
        throw new ImportRefused(`There are two tables of ${kind}; give one at a time.`);
      else found.set(kind, table);
    }
  }
  const unread = inserted.find((name) => !found.has(kindOf(name) as Kind));
  if (unread) {
    throw new ImportRefused(
      `The rows of ${unread} are INSERT statements. Write the dump anew without --inserts (COPY), or as CSV files.`,
    );
  }
  if (found.size === 0) {
    throw new ImportRefused(
      `There is no table of users, videos or votes (only ${passedOver.join(', ') || 'other statements'}). ` +
        `A CSV file has its table's name. Names they may have: ${kinds.flatMap((kind) => tableNames[kind]).join(', ')}`,
    );
  }
  return new Map(kinds.flatMap((kind) => (found.has(kind) ? [[kind, found.get(kind) as Table]] : [])));
}

function kindOf(table: string): Kind | undefined {
  // Of a file the name alone, which may have the schema before it.
  const name = basename(table, '.csv').toLowerCase().split('.').at(-1) ?? '';
  return kinds.find((kind) => tableNames[kind].includes(name));
}
