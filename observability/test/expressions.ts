import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import { overview } from '../src/overview.ts';

interface Rule {
  record?: string;
  alert?: string;
  expr: string;
  labels?: { severity: string };
  annotations?: { summary: string; description: string; runbook_url: string };
}

export const file = (path: string) => new URL(`../${path}`, import.meta.url);

export const rules = (
  parse(readFileSync(file('alerts.yaml'), 'utf8')) as { groups: { rules: Rule[] }[] }
).groups.flatMap((group) => group.rules);

/** What the dashboard asks, with Grafana's variables filled in as Grafana does. */
export const dashboardQueries = overview.panels.flatMap((panel) =>
  'targets' in panel
    ? panel.targets.map(({ expr }) =>
        expr.replaceAll('$__rate_interval', '5m').replaceAll('$namespace', '.*'),
      )
    : [],
);
