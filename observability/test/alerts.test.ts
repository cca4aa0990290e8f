import { globSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { file, rules } from './expressions.ts';
import { hasPromtool, promtool, withPromtool } from './promtool.ts';

const alerts = rules.filter((rule) => rule.alert !== undefined);
const names = [...new Set(alerts.map(({ alert = '' }) => alert))];
const kebab = (name: string) => name.replace(/(?!^)[A-Z]/g, '-$&').toLowerCase();

describe('the alert rules', () => {
  test.runIf(hasPromtool)(`are valid, says ${withPromtool}`, () => {
    expect(promtool(['check', 'rules', 'alerts.yaml'])).toMatchObject({ status: 0 });
  });

  test.runIf(hasPromtool)(
    `fire, keep quiet and clear, says ${withPromtool}`,
    () => {
      expect(promtool(['test', 'rules', 'alerts.test.yaml'])).toMatchObject({ status: 0 });
    },
    60_000,
  );

  test.each(names)('of which %s has a case that fires and one that does not', (name) => {
    const { tests } = parse(readFileSync(file('alerts.test.yaml'), 'utf8'), { merge: true }) as {
      tests: { alert_rule_test: { alertname: string; exp_alerts?: unknown[] }[] }[];
    };
    const cases = tests.flatMap((each) => each.alert_rule_test).filter(({ alertname }) => alertname === name);
    expect(new Set(cases.map(({ exp_alerts = [] }) => exp_alerts.length > 0))).toEqual(
      new Set([true, false]),
    );
  });
});

describe('the runbooks', () => {
  const folder = file('../docs/runbooks/');

  test.each(alerts)(
    '$alert ($labels.severity) has one, under the address that it names',
    ({ alert = '', annotations }) => {
      expect(annotations?.runbook_url).toBe(`RUNBOOK_BASE/${kebab(alert)}.md`);
      expect(readFileSync(new URL(`${kebab(alert)}.md`, folder), 'utf8')).toContain(`# ${alert}\n`);
    },
  );

  test('are one an alert', () => {
    const pages = readdirSync(folder).filter((name) => name !== 'README.md');
    expect(pages.sort()).toEqual(names.map((name) => `${kebab(name)}.md`).sort());
  });

  test.each(names)('have a row for %s in their index, with its severities', (name) => {
    const labels = alerts.filter(({ alert }) => alert === name).map((rule) => rule.labels?.severity);
    // One may be a template that chooses.
    const severities = new Set(labels.join(' ').match(/critical|warning/g));
    const index = readFileSync(new URL('README.md', folder), 'utf8');
    const row = `| [${name}](${kebab(name)}.md) | ${[...severities].sort().join(', ')} | `;
    expect(index).toContain(`\n${row}`);
  });

  test('search the logs for nothing that no program says', () => {
    const said = ['services', 'packages']
      .flatMap((folder) => globSync(`${folder}/*/src/**/*.ts`, { cwd: file('..') }))
      .map((path) => readFileSync(file(`../${path}`), 'utf8'))
      .join('\n');
    for (const page of readdirSync(folder)) {
      const commands = readFileSync(new URL(page, folder), 'utf8').match(/\blogs .*\| grep .*/g);
      for (const [, phrase = ''] of commands?.join('\n').matchAll(/'(?:"message":)?"?(\w[^'"]*)"?'/g) ?? [])
        expect(said.includes(phrase), `'${phrase}' in ${page} is said`).toBe(true);
    }
  });

  test('name no metric that no rule, table or program knows', () => {
    const metrics = readFileSync(file('../docs/metrics.md'), 'utf8');
    const known = [metrics, ...rules.map(({ record = '', expr }) => `${record} ${expr}`)].join('\n');
    for (const page of readdirSync(folder)) {
      const named = readFileSync(new URL(page, folder), 'utf8').match(
        /\b(anb|kube|namespace_app)_[a-z0-9_:]+/g,
      );
      for (const name of named ?? [])
        expect(known, `${name} in ${page}`).toContain(name.replace(/_(bucket|count|sum)$/, ''));
    }
  });
});
