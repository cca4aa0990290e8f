import type { ComponentChildren } from 'preact';
import { useEffect, useLayoutEffect, useRef } from 'preact/hooks';

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

/** Where the row that had the focus is gone, the table has it, instead of the page's beginning. */
function useKeptFocus(table: { current: HTMLElement | null }): void {
  const hadFocus = table.current?.contains(document.activeElement) ?? false;
  useLayoutEffect(() => {
    if (hadFocus && document.activeElement === document.body) table.current?.focus({ preventScroll: true });
  });
}

function useTurnedPage(table: { current: HTMLElement | null }, page: number): void {
  const shown = useRef(page);
  useEffect(() => {
    if (shown.current === page) return;
    shown.current = page;
    table.current?.focus({ preventScroll: true });
    table.current?.scrollIntoView({ block: 'start' });
  }, [page, table]);
}
