import file from '../../rates.json' with { type: 'json' };

export interface Rate {
  readonly value: number;
  readonly unit: string;
  readonly what: string;
  /** Which says it, on its last line, in `field`, of which `value` is so many `times`. */
  readonly bench: string;
  readonly field: string;
  readonly times: number;
  readonly date: string;
  readonly machine: string;
}

export type RateName = keyof typeof file.rates;

export interface Rates {
  readonly cloudVcpu: { readonly value: number; readonly what: string };
  readonly rates: Readonly<Record<RateName, Rate>>;
}

/** What the benches measured; `npm run infra:rates` measures anew. */
export const rates: Rates = file;
