import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { App } from 'aws-cdk-lib';
import { describe, expect, test } from 'vitest';
import { known } from '../src/cost-tables.ts';
import type { Environment } from '../src/environment.ts';
import { environments } from '../src/environments/index.ts';
import { production } from '../src/environments/production.ts';
import { disagreements, inventoryCosts, type Template } from '../src/inventory.ts';
import { addPlatform } from '../src/platform.ts';
import { prices } from '../src/prices.ts';

function templatesOf(environment: Environment): Template[] {
  const outdir = mkdtempSync(join(tmpdir(), 'anb-costs-'));
  const app = new App({ outdir, analyticsReporting: false });
  addPlatform(app, environment);
  const templates = app.synth().stacks.map(({ template }) => template);
  rmSync(outdir, { recursive: true });
  return templates;
}

describe('the synthesised templates', () => {
  const templates = templatesOf(production);
  const monthly = (some: readonly Template[]) =>
    Object.fromEntries(inventoryCosts(some, prices).map(({ item, monthly }) => [item, monthly]));

  test('are priced by what is in them', () => {
    expect(monthly(templates)).toMatchObject({
      'EKS control plane': expect.closeTo(73),
      'NAT gateways': expect.closeTo(3 * 730 * 0.045),
      'Interface endpoints': expect.closeTo(6 * 3 * 730 * 0.01),
      Database: expect.closeTo(730 * 0.337),
      'Database storage': expect.closeTo(100 * 0.23),
      'Web nodes': expect.closeTo(3 * 730 * 0.0816),
      'Transcode nodes (Spot)': expect.closeTo(730 * 0.0816 * 0.6),
    });
  });

  test.each(environments)('of $name are what the cost model takes them for', (environment) => {
    expect(disagreements(environment, templatesOf(environment), known(environment))).toEqual([]);
  });

  test('with a NAT gateway less are told from the cost model', () => {
    expect(disagreements({ ...production, natGateways: 4 }, templates, known(production))).toEqual([
      'NAT gateways: 131.40 in the cost model, 98.55 in the templates',
      'Alarms: 1.80 in the cost model, 1.70 in the templates',
    ]);
  });

  test('may have no database for which there is no price', () => {
    const changed = { ...production, database: { ...production.database, instanceType: 'm9g.large' } };
    expect(() => inventoryCosts(templatesOf(changed), prices)).toThrow('no price for rds.m9g.large');
    const single = { Resources: { some: { Type: 'AWS::RDS::DBInstance', Properties: { MultiAZ: false } } } };
    expect(() => inventoryCosts([single], prices)).toThrow('without Multi-AZ');
  });
});
