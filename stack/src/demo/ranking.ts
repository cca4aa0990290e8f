import type { RankingRow } from '@anb/api-client/contract';

const columns: { head: string; cell: (row: RankingRow) => string | number }[] = [
  { head: '#', cell: ({ position }) => position },
  { head: 'Player', cell: ({ username }) => username },
  { head: 'City', cell: ({ city }) => city },
  { head: 'Votes', cell: ({ votes }) => votes },
  { head: 'Qualifies', cell: ({ qualifies }) => (qualifies ? 'yes' : '-') },
  { head: 'Title', cell: ({ title }) => title },
];

/** The ranking as a person reads it: numbers to the right, words to the left. */
export function rankingTable(rows: readonly RankingRow[]): string {
  const aligned = columns.map(({ head, cell }) => {
    const cells = rows.map(cell);
    const width = Math.max(head.length, ...cells.map((value) => String(value).length));
    const isNumber = cells.every((value) => typeof value === 'number');
    const align = (text: string) => (isNumber ? text.padStart(width) : text.padEnd(width));
    return [align(head), '─'.repeat(width), ...cells.map((value) => align(String(value)))];
  });
  const lines = Array.from({ length: rows.length + 2 }, (_, line) => aligned.map((column) => column[line]));
  return lines.map((cells) => `  ${cells.join('  ')}`.trimEnd()).join('\n');
}
