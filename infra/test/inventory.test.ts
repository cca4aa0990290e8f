import { describe, expect, test } from 'vitest';
import type { Template } from '../src/app.ts';
import { known } from '../src/costs/cost-tables.ts';
import { disagreements, inventoryCosts } from '../src/costs/inventory.ts';
import { prices } from '../src/costs/prices.ts';
import { environments } from '../src/environments/index.ts';
import { production } from '../src/environments/production.ts';
import { templatesOf } from './templates.ts';

const templates = Object.values(await templatesOf('production'));
const database = (properties: object): Template[] => [
  { Resources: { some: { Type: 'AWS::RDS::DBInstance', Properties: properties } } },
];

describe('the synthesised templates', () => {
  test('are priced by what is in them', () => {
    const monthly = inventoryCosts(templates, prices).map(({ item, monthly }) => [item, monthly]);
    expect(Object.fromEntries(monthly)).toMatchObject({
      'EKS control plane': expect.closeTo(73),
      'NAT gateways': expect.closeTo(3 * 730 * 0.045),
      'Interface endpoints': expect.closeTo(6 * 3 * 730 * 0.01),
      Database: expect.closeTo(730 * 0.337),
      'Database storage': expect.closeTo(100 * 0.23),
      'Web nodes': expect.closeTo(3 * 730 * 0.0816),
      'Transcode nodes (Spot)': expect.closeTo(730 * 0.0816 * 0.6),
    });
  });

  test.each(environments)('of $name are what the cost model takes them for', async (environment) => {
    const synthesised = Object.values(await templatesOf(environment.name));
    expect(disagreements(environment, synthesised, known(environment))).toEqual([]);
  });

  test('with a NAT gateway less are told from the cost model', () => {
    expect(disagreements({ ...production, natGateways: 4 }, templates, known(production))).toEqual([
      'NAT gateways: 131.40 in the cost model, 98.55 in the templates',
      'Alarms: 2.30 in the cost model, 2.20 in the templates',
    ]);
  });

  test('may have no database for which there is no price', () => {
    const unknown = { MultiAZ: true, DBInstanceClass: 'db.m9g.large', AllocatedStorage: '20' };
    expect(() => inventoryCosts(database(unknown), prices)).toThrow('no price for rds.m9g.large');
    expect(() => inventoryCosts(database({ ...unknown, MultiAZ: false }), prices)).toThrow(
      'without Multi-AZ',
    );
  });
});
