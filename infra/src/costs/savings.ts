import type { Environment } from '../environment.ts';
import { costs, HOURS, type Known, type Mode, totalOf } from './costs.ts';
import { dearestNode, priceOf } from './prices.ts';

type Total = (environment: Environment, known: Known) => number;
/** @returns dollars a month */
type Saving = (environment: Environment, known: Known, total: Total) => number;

const SOUTH = 'cloudfront.south-america';
const NORTH = 'cloudfront.north-america';

const ways: Record<string, Saving> = {
  'CloudFront by its Business plan, a flat price for 50 TB': (environment, known, total) =>
    total(environment, known) -
    total(
      environment,
      withEdges(known, () => 0),
    ) -
    priceOf(known.prices, 'cloudfront.plan').price,
  'Clips a third smaller': (environment, known, total) => {
    const { workload } = environment;
    const smaller = { ...environment, workload: { ...workload, clipMb: (workload.clipMb * 2) / 3 } };
    return total(environment, known) - total(smaller, known);
  },
  'CloudFront from edges in North America and Europe only': (environment, known, total) => {
    const north = withEdges(known, (item) => priceOf(known.prices, item.replace(SOUTH, NORTH)).price);
    return total(environment, known) - total(environment, north);
  },
  'Interface endpoints in one zone, with whose loss they go': (environment, known, total) =>
    total(environment, known) - total({ ...environment, endpointZones: 1 }, known),
  'A year’s commitment to the least of nodes and the database, nothing up front': (
    { nodes: { web }, database },
    { prices },
  ) => {
    const less = (item: string) => {
      const { price, year = price } = priceOf(prices, item);
      return (price - year) * HOURS;
    };
    return web.min * less(dearestNode(prices, web.instanceTypes)) + less(`rds.${database.instanceType}`);
  },
  'One NAT gateway, with which a zone’s loss may be that of all': (environment, known, total) =>
    total(environment, known) - total({ ...environment, natGateways: 1 }, known),
};

const withEdges = (known: Known, price: (item: string) => number): Known => ({
  ...known,
  prices: Object.fromEntries(
    Object.entries(known.prices).map(([item, of]) => [
      item,
      item.startsWith(SOUTH) ? { ...of, price: price(item) } : of,
    ]),
  ),
});

/** What could be had for less; one excludes another. */
export function savings(
  environment: Environment,
  known: Known,
  mode: Mode,
): [what: string, monthly: number][] {
  const total: Total = (of, by) => totalOf(costs(of, mode, by));
  return Object.entries(ways).map(([what, saved]) => [what, saved(environment, known, total)]);
}
