import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { useKeptFocus } from '../../client/kept-focus.ts';

export interface Column<T> {
  head: string;
  cell: (row: T) => ComponentChildren;
  /** Whether it holds numbers, which stand below each other. */
  isNumber?: boolean;
}

interface TableProps<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  keyOf: (row: T) => string | number;
  /** Of the list; when it turns, its beginning is what is read next. */
  page?: number;
}

/** A table; on phones each row is a card, in which each cell says what it is. */
export function Table<T>({ label, columns, rows, keyOf, page = 1 }: TableProps<T>) {
  const table = useRef<HTMLTableElement>(null);
  useKeptFocus(table);
  useTurnedPage(table, page);
  return (
    // biome-ignore-start lint/a11y/noRedundantRoles: laid out as cards, a table is none any more to who hears it.
    <table class="table" role="table" aria-label={label} ref={table} tabIndex={-1}>
      <thead role="rowgroup">
        <tr role="row">
          {columns.map(({ head, isNumber }) => (
            <th key={head} role="columnheader" scope="col" {...(isNumber && { class: 'number' })}>
              {head}
            </th>
          ))}
        </tr>
      </thead>
      <tbody role="rowgroup">
        {rows.map((row) => (
          <tr key={keyOf(row)} role="row">
            {columns.map(({ head, cell, isNumber }) => (
              <td key={head} role="cell" data-label={head} {...(isNumber && { class: 'number' })}>
                <Cell>{cell(row)}</Cell>
              </td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
    // biome-ignore-end lint/a11y/noRedundantRoles: as above.
  );
}

/** Nothing at all where there is nothing, so that phones show no name of it either. */
const Cell = ({ children }: { children: ComponentChildren }) => children && <div>{children}</div>;

function useTurnedPage(table: { current: HTMLElement | null }, page: number): void {
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    table.current?.focus({ preventScroll: true });
    table.current?.scrollIntoView({ block: 'start' });
  }, [page, table]);
}
