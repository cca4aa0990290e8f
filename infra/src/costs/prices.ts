import file from '../../prices.json' with { type: 'json' };
import { Complaint } from '../complaint.ts';

export interface Price {
  readonly price: number;
  readonly unit: string;
  /** A key of `sources`. */
  readonly source: string;
  /** Whether the source was read; AWS' own word is the Price List. */
  readonly verified: boolean;
  /** So many of the unit cost nothing in a month. */
  readonly free?: number;
  /** For who commits to a year and pays nothing up front. */
  readonly year?: number;
  /** Service and usage type, as the Price List has them. */
  readonly usage?: string;
}

export type Prices = Readonly<Record<string, Price>>;

export const { sources, read }: { sources: Record<string, Source>; read: string } = file;
export const prices: Prices = file.prices;

interface Source {
  address: string;
  what: string;
  asOf: string;
}

/** @throws Complaint when there is none */
export function priceOf(prices: Prices, item: string): Price {
  const price = prices[item];
  if (!price) throw new Complaint(`no price for ${item}: add it to infra/prices.json`);
  return price;
}

/** The dearest of the types, for a group of several has whichever is there. */
export function dearestNode(prices: Prices, instanceTypes: readonly string[]): string {
  const items = instanceTypes.map((type) => `ec2.${type}`);
  return items.toSorted((a, b) => priceOf(prices, b).price - priceOf(prices, a).price)[0] ?? 'ec2.nothing';
}

/** Commands that print each price, and below it what AWS itself says. */
export function questions(prices: Prices): string[] {
  return Object.entries(prices).flatMap(([item, { price, unit, usage }]) => {
    if (!usage) return [];
    const [service, type] = usage.split(' ');
    return [
      `echo ${JSON.stringify(`${item}: ${price} a ${unit}`)}`,
      `aws pricing get-products --region us-east-1 --service-code ${service} --filters Type=TERM_MATCH,Field=usagetype,Value=${type} --output text --query PriceList | grep -o '"description":"[^"]*"'`,
    ];
  });
}
