import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { overview } from '../src/overview.ts';
import { dashboardQueries, file } from './expressions.ts';
import { hasPromtool, promtool, withPromtool } from './promtool.ts';

const panels = overview.panels.flatMap((panel) => ('targets' in panel ? [panel] : []));

describe('the dashboard', () => {
  test('is what src/overview.ts describes; if not: npm run dashboards', () => {
    expect(JSON.parse(readFileSync(file('overview.json'), 'utf8'))).toEqual(
      JSON.parse(JSON.stringify(overview)),
    );
  });

  test.runIf(hasPromtool)(`asks what Prometheus understands, says ${withPromtool}`, () => {
    const folder = mkdtempSync(join(tmpdir(), 'anb-dashboard-'));
    const rules = dashboardQueries.map((expr, index) => ({ record: `query_${index}`, expr }));
    // JSON is YAML.
    writeFileSync(join(folder, 'rules.yaml'), JSON.stringify({ groups: [{ name: 'dashboard', rules }] }));
    const { status, said } = promtool(['check', 'rules', join(folder, 'rules.yaml')]);
    rmSync(folder, { recursive: true });
    expect(said).toContain(`SUCCESS: ${dashboardQueries.length} rules found`);
    expect(status).toBe(0);
  });

  test.each(panels)(
    'panel $title has a unit, a description and a legend, and asks for one namespace',
    (panel) => {
      expect(panel.fieldConfig.defaults.unit).not.toBe('');
      expect(panel.description).toMatch(/^[A-Z0-9].*\.$/);
      for (const { expr, legendFormat } of panel.targets) {
        expect(legendFormat).not.toBe('');
        expect(expr).toContain('namespace=~"$namespace"');
      }
    },
  );

  test('lays its panels out without an overlap', () => {
    const cells = overview.panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, cell) => `${x + (cell % w)},${y + Math.floor(cell / w)}`),
    );
    expect(new Set(cells).size).toBe(cells.length);
  });
});
