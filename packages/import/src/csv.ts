import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import type { RawRow, Table } from './dump.ts';
import { ImportRefused } from './refused.ts';
import { readText } from './text-file.ts';

/** A CSV file (RFC 4180) whose first record names the columns. */
export async function openCsv(path: string): Promise<Table> {
  for await (const { values } of records(path)) {
    return { name: path, columns: values.map(String), rows: () => rowsAfterHeader(path) };
  }
  throw new ImportRefused(`${path} is empty; its first line must name the columns`);
}

async function* rowsAfterHeader(path: string): AsyncGenerator<RawRow> {
  let isHeader = true;
  for await (const record of records(path)) {
    if (!isHeader) yield record;
    isHeader = false;
  }
}

async function* records(path: string): AsyncGenerator<RawRow> {
  const parser = parse({ info: true, relax_column_count: true, skip_empty_lines: true });
  pipeline(Readable.from(readText(path)), parser, () => {}); // the loop below hears of errors
  try {
    for await (const { info, record } of parser) yield { line: info.lines, values: record };
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new ImportRefused(`${path} is no CSV: ${error.message}`);
  }
}
