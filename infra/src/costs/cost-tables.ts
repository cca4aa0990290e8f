import type { Environment } from '../environment.ts';
import { capacity, scaleOf } from './capacity.ts';
import { costs, type Known, type Mode, modes, totalOf } from './costs.ts';
import { prices, read } from './prices.ts';
import { rates } from './rates.ts';
import { savings } from './savings.ts';

/** What costs less in every mode is told together. */
const LEAST_TOLD = 2;

/** What holds today. */
export const known = (environment: Environment): Known => ({ prices, rates, scale: scaleOf(environment) });

interface Row {
  item: string;
  monthly: Record<Mode, number>;
}

/** An item a row, the dearest first. */
function rowsOf(environment: Environment, of: Known): Row[] {
  const rows = new Map<string, Row>();
  for (const mode of modes)
    for (const { item, monthly } of costs(environment, mode, of)) {
      const row = rows.get(item) ?? { item, monthly: { idle: 0, normal: 0, final: 0 } };
      row.monthly[mode] = monthly;
      rows.set(item, row);
    }
  return [...rows.values()].toSorted((a, b) => b.monthly.final - a.monthly.final);
}

/** Cells of a table, its head first, its total last. */
export function costTable(environment: Environment): string[][] {
  const of = known(environment);
  const rows = rowsOf(environment, of);
  const isTold = ({ monthly }: Row) => Math.max(...Object.values(monthly)) >= LEAST_TOLD;
  const rest = rows.filter((row) => !isTold(row));
  const cells = (item: string, of: (mode: Mode) => number) => [
    item,
    ...modes.map((mode) => dollars(of(mode))),
  ];
  const sum = (some: Row[], mode: Mode) => some.reduce((total, { monthly }) => total + monthly[mode], 0);
  return [
    [environment.name, ...modes],
    ...rows.filter(isTold).map(({ item, monthly }) => cells(item, (mode) => monthly[mode])),
    cells(`${rest.length} smaller things`, (mode) => sum(rest, mode)),
    cells('Together', (mode) => totalOf(costs(environment, mode, of))),
  ];
}

/** What would cost less, by how much; the most of it first. */
export function savingsTable(environment: Environment): string[][] {
  const [normal, final] = (['normal', 'final'] as const).map((mode) =>
    savings(environment, known(environment), mode),
  );
  const rows = (normal ?? []).map(([what, monthly], n) => ({ what, monthly, night: final?.[n]?.[1] ?? 0 }));
  return [
    ['would save', 'normal', 'final'],
    ...rows
      .filter(({ night }) => night >= LEAST_TOLD)
      .toSorted((a, b) => b.night - a.night)
      .map(({ what, monthly, night }) => [what, dollars(monthly), dollars(night)]),
  ];
}

/** undefined: nothing to tell. */
function budgetLine(environment: Environment): string | undefined {
  const { budget } = environment;
  const above = modes.filter((mode) => totalOf(costs(environment, mode, known(environment))) > budget);
  return above.length > 0 ? `ABOVE THE BUDGET of ${dollars(budget)}: ${above.join(', ')}.` : undefined;
}

/** What the night takes, and what of it does not fit. */
export function capacityLines(environment: Environment): string[] {
  const { rates, scale } = known(environment);
  const { pods, webNodes, transcodeNodes, problems } = capacity(
    environment,
    environment.workload.finalNight,
    rates,
    scale,
  );
  const told = Object.entries(pods).map(([name, { pods }]) => `${name} ${pods}`);
  const { web, transcode } = environment.nodes;
  return [
    `At the night’s peak: pods ${told.join(', ')}; ${webNodes} web nodes (${web.min} to ${web.max}), ${transcodeNodes} for transcoding (${transcode.min} to ${transcode.max}).`,
    ...(problems.length > 0 ? problems.map((problem) => `DOES NOT FIT: ${problem}.`) : ['All of it fits.']),
    budgetLine(environment) ?? [],
  ].flat();
}

const dollars = (amount: number) =>
  Math.abs(amount) < 0.5 ? '–' : Math.round(amount).toLocaleString('en-US');

export function asText(table: string[][]): string {
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  const pad = (cell: string, column: number) =>
    column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart((widths[column] ?? 0) + 2);
  return table.map((row) => row.map(pad).join('')).join('\n');
}

const asMarkdown = ([head = [], ...rows]: string[][]): string =>
  [head, ['---', ...head.slice(1).map(() => '---:')], ...rows]
    .map((row) => `| ${row.join(' | ')} |`)
    .join('\n');

/** What docs/infrastructure.md says of costs. */
export function costSection(environments: readonly Environment[]): string {
  const parts = environments.map((environment) =>
    [
      asMarkdown(costTable(environment)),
      capacityLines(environment).join('\n'),
      asMarkdown(savingsTable(environment)),
    ].join('\n\n'),
  );
  return [`US dollars a month, by the prices read on ${read}.`, ...parts].join('\n\n');
}
