export interface Series {
  name: string;
  labels: Record<string, string>;
}

export interface Scrape {
  /** Metrics by name, as their TYPE lines declare them. */
  types: Map<string, string>;
  series: Series[];
}

/** Reads Prometheus' text format, as far as label values without escapes go. */
export function parseScrape(text: string): Scrape {
  const types = new Map<string, string>();
  const series: Series[] = [];
  for (const line of text.split('\n')) {
    const [, declared, type] = /^# TYPE (\S+) (\S+)/.exec(line) ?? [];
    if (declared && type) types.set(declared, type);
    const [, name, labels = ''] = /^([a-z0-9_]+)(?:\{(.*)\})? \S+$/.exec(line) ?? [];
    if (!name) continue;
    const pairs = [...labels.matchAll(/(\w+)="([^"]*)"/g)].map(([, label = '', value = '']) => [
      label,
      value,
    ]);
    series.push({ name, labels: Object.fromEntries(pairs) });
  }
  return { types, series };
}

/** The metric a series belongs to: a histogram has several series for one. */
export const metricOf = (name: string, types: Scrape['types']) =>
  types.has(name) ? name : name.replace(/_(bucket|count|sum)$/, '');
