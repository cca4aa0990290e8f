import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { makeDataDir, type RunningStack, startStack } from '../../e2e/stack.ts';
import { dashboardQueries, file, rules } from './expressions.ts';
import { type Matcher, type Selector, selectorsOf } from './promql.ts';
import { hasPromtool, promtool, withPromtool } from './promtool.ts';
import { metricOf, parseScrape, type Scrape } from './scrape.ts';

const folder = makeDataDir();
let stack: RunningStack | undefined;
const texts: string[] = [];
let scrape: Scrape;

beforeAll(async () => {
  stack = await startStack(folder.path, { TRANSCODERS: '1', LOG_LEVEL: 'warn' });
  const { url } = stack;
  const requests: [string, string][] = [
    ['GET', '/'],
    ['GET', '/health'],
    ['GET', '/api/public/videos'],
    ['POST', '/api/videos/upload'],
    ['POST', '/api/public/videos/00000000-0000-4000-8000-000000000000/vote'],
  ];
  for (const [method, path] of requests) await (await fetch(`${url}${path}`, { method })).text();
  const [{ targets }] = JSON.parse(readFileSync(join(folder.path, 'targets.json'), 'utf8'));
  for (const target of targets) texts.push(await (await fetch(`http://${target}/metrics`)).text());
  scrape = parseScrape(texts.join('\n'));
});
afterAll(async () => {
  await stack?.stop();
  folder.remove();
});

/** Rows of docs/metrics.md's tables whose metric begins so; labels without `app`, which all have. */
function documented(prefix: RegExp) {
  return readFileSync(file('../docs/metrics.md'), 'utf8')
    .split('\n')
    .map((line) => line.split('|').map((cell) => cell.trim().replaceAll('`', '')))
    .filter(([, name = '']) => prefix.test(name))
    .map(([, name = '', type, labels = '', unit = '', from = '']) => ({
      name,
      type,
      labels: labels.split(/,? /).filter(Boolean).sort(),
      unit,
      from: from.split(/,? /).sort(),
    }));
}

describe('docs/metrics.md', () => {
  test('tells every metric of ours: its type, its labels and who exports it', () => {
    const live = [...scrape.types.keys()]
      .filter((name) => name.startsWith('anb_'))
      .map((name) => {
        const series = scrape.series.filter((each) => metricOf(each.name, scrape.types) === name);
        const labels = new Set(series.flatMap((each) => Object.keys(each.labels)));
        const from = texts
          .filter((text) => text.includes(`# TYPE ${name} `))
          .map((text) => /app="(\w+)"/.exec(text)?.[1] ?? '');
        return {
          name,
          type: scrape.types.get(name),
          labels: [...labels].filter((label) => label !== 'app' && label !== 'le').sort(),
          from: from.sort(),
        };
      });
    const told = documented(/^anb_/).map(({ unit, ...row }) => row);
    const byName = (a: { name: string }, b: { name: string }) => a.name.localeCompare(b.name);
    expect(told.sort(byName)).toEqual(live.sort(byName));
  });

  test('tells every value of the labels whose values are ours', () => {
    const page = readFileSync(file('../docs/metrics.md'), 'utf8');
    const values = scrape.series
      .filter(({ name }) => name.startsWith('anb_'))
      .flatMap(({ labels }) => ['result', 'outcome', 'kind', 'state'].map((label) => labels[label]))
      .filter((value) => value !== undefined);
    expect(new Set(values).size).toBeGreaterThan(15);
    expect([...new Set(values)].filter((value) => !page.includes(`\`${value}\``))).toEqual([]);
  });

  test('tells the unit that the name has', () => {
    for (const { name, unit } of documented(/^anb_/)) {
      expect([name, name.replace(/_total$/, '').endsWith('_seconds')]).toEqual([name, unit === 'seconds']);
    }
  });

  test('tells only of metrics of the runtime that are there', () => {
    const runtime = documented(/^(process|nodejs)_/);
    expect(runtime.length).toBeGreaterThan(0);
    for (const { name, type } of runtime) expect([name, scrape.types.get(name)]).toEqual([name, type]);
  });
});

test.runIf(hasPromtool)(
  `the metrics of ours are named as Prometheus' practice wants, says ${withPromtool}`,
  () => {
    for (const text of texts) {
      const ours = text.split('\n').filter((line) => /^(# (HELP|TYPE) )?anb_/.test(line));
      expect(promtool(['check', 'metrics'], `${ours.join('\n')}\n`)).toEqual({ status: 0, said: '' });
    }
  },
);

/** Not ours. kube_: kube-state-metrics, docs/metrics/workload; container_: cAdvisor, as the kubelet labels it. */
const foreign: Record<string, string[]> = {
  kube_pod_container_status_restarts_total: ['namespace', 'pod', 'container', 'uid'],
  kube_job_failed: ['namespace', 'job_name', 'condition'],
  container_cpu_usage_seconds_total: ['namespace', 'pod', 'container'],
  container_memory_working_set_bytes: ['namespace', 'pod', 'container'],
};
const recorded = new Set(rules.map(({ record }) => record));

const holds = ({ label, operator, value }: Matcher, labels: Record<string, string>) => {
  const actual = labels[label] ?? '';
  const equal = operator.includes('~') ? new RegExp(`^(?:${value})$`).test(actual) : actual === value;
  return equal === operator.startsWith('=');
};

/** Prometheus adds the namespace; and a system that works has no series of failures. */
const notHere = new Set(['namespace', 'code']);

function expectToBeThere({ metric, matchers }: Selector) {
  const labels = foreign[metric];
  if (labels) return expect(labels).toEqual(expect.arrayContaining(matchers.map(({ label }) => label)));
  if (recorded.has(metric)) return;
  const asked = matchers.filter(({ label }) => !notHere.has(label));
  const found = scrape.series.some(
    ({ name, labels }) => name === metric && asked.every((matcher) => holds(matcher, labels)),
  );
  expect(found, `${metric}${JSON.stringify(asked)} in a live scrape`).toBe(true);
}

describe('what is asked for exists in a live scrape of every program', () => {
  test('by the rules', () => {
    const selectors = rules.flatMap(({ expr }) => selectorsOf(expr));
    expect(selectors.length).toBeGreaterThan(20);
    for (const selector of selectors) expectToBeThere(selector);
  });

  test('by the dashboard', () => {
    const selectors = dashboardQueries.flatMap((expr) => selectorsOf(expr));
    expect(selectors.length).toBeGreaterThan(30);
    for (const selector of selectors) expectToBeThere(selector);
  });
});
