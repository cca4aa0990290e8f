import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { capacity, type Scale, scaleOf } from '../src/costs/capacity.ts';
import { costSection, known } from '../src/costs/cost-tables.ts';
import { costs, type Known, type Line, type Mode, modes, totalOf } from '../src/costs/costs.ts';
import { type Price, prices, questions, sources } from '../src/costs/prices.ts';
import { type Rates, rates } from '../src/costs/rates.ts';
import { savings } from '../src/costs/savings.ts';
import { documentWith } from '../src/document.ts';
import type { Day, Environment } from '../src/environment.ts';
import { environments } from '../src/environments/index.ts';
import { production } from '../src/environments/production.ts';

const today = known(production);
const total = (environment: Environment, mode: Mode, of: Known = today) =>
  totalOf(costs(environment, mode, of));
const amounts = (lines: readonly Line[]) => new Map(lines.map(({ item, monthly }) => [item, monthly]));
const night = (change: Partial<Day>): Environment => ({
  ...production,
  workload: { ...production.workload, finalNight: { ...production.workload.finalNight, ...change } },
});

/** Items whose amount is another. */
function changed(before: readonly Line[], after: readonly Line[]): string[] {
  const [was, is] = [amounts(before), amounts(after)];
  return [...new Set([...was.keys(), ...is.keys()])].filter((item) => was.get(item) !== is.get(item)).sort();
}

describe('a price', () => {
  test.each(Object.entries(prices))(
    'of %s says whence it comes and when',
    (_item, { price, unit, source }) => {
      expect(price).toBeGreaterThan(0);
      expect(unit).not.toBe('');
      expect(sources[source]?.address).toMatch(/^https:\/\//);
      expect(sources[source]?.asOf).toMatch(/^(after )?20\d\d-\d\d|^un(read|dated)$/);
    },
  );

  test('that is said to be verified comes from a page that was read', () => {
    const unread = Object.values<Price>(prices).filter(({ source }) => sources[source]?.asOf === 'unread');
    expect(unread.filter(({ verified }) => verified)).toEqual([]);
  });

  test('can be asked of AWS, but for the share of Spot and the flat plan', () => {
    expect(questions(prices).filter((each) => each.startsWith('aws pricing '))).toHaveLength(
      Object.keys(prices).length - 2,
    );
  });

  test.each(environments)('is there for all that $name has, in each mode', (environment) => {
    for (const mode of modes) expect(total(environment, mode, known(environment))).toBeGreaterThan(0);
  });

  test('that is missing is named', () => {
    const nodes = { ...production.nodes, web: { ...production.nodes.web, instanceTypes: ['m9g.large'] } };
    expect(() => total({ ...production, nodes }, 'idle')).toThrow('no price for ec2.m9g.large');
    const database = { ...production.database, instanceType: 'm9g.large' };
    expect(() => total({ ...production, database }, 'idle')).toThrow('no price for rds.m9g.large');
  });
});

test.each(Object.entries(rates.rates))(
  'the rate %s says which bench it comes of, and when',
  (_name, rate) => {
    expect(rate.value).toBeGreaterThan(0);
    expect(rate.date).toMatch(/^20\d\d-\d\d-\d\d$/);
    const bench = readFileSync(new URL(`../../bench/${rate.bench}.ts`, import.meta.url), 'utf8');
    expect(bench).toContain('export const measure');
  },
);

describe('the month', () => {
  test('has one more NAT gateway by its hours, its address and its alarm', () => {
    const more = { ...production, natGateways: production.natGateways + 1 };
    expect(total(more, 'idle') - total(production, 'idle')).toBeCloseTo(730 * (0.045 + 0.005) + 0.1, 6);
  });

  test('has six endpoints in each zone', () => {
    const fewer = { ...production, endpointZones: production.endpointZones - 1 };
    expect(total(production, 'idle') - total(fewer, 'idle')).toBeCloseTo(6 * 730 * 0.01, 6);
  });

  test('follows a price to the cent', () => {
    const cluster = { ...(prices['eks.cluster'] as Price), price: 0.6 };
    const dearer = { ...today, prices: { ...prices, 'eks.cluster': cluster } };
    for (const mode of modes)
      expect(total(production, mode, dearer) - total(production, mode)).toBeCloseTo(730 * 0.5, 6);
  });

  test('pays what is sent beyond what is free, which is free once', () => {
    const [clips] = costs(production, 'normal', today).filter(
      ({ item }) => item === 'Clips and pictures watched',
    );
    const perDayGb = (20_000 * 12) / 1000 + (1_000_000 * 0.15 * 4 * 15) / 1e6;
    expect(clips?.quantity).toBeCloseTo(30 * perDayGb - 1000, 6);
    expect(clips?.monthly).toBeCloseTo((30 * perDayGb - 1000) * 0.11, 6);
  });

  test('of the final costs more for twice the views only where clips are watched', () => {
    const twice = night({ views: 2 * production.workload.finalNight.views });
    expect(changed(costs(production, 'final', today), costs(twice, 'final', today))).toEqual([
      'Clips and pictures watched',
      'Clips and pictures, by the request',
      'Clips and pictures, read for the edges',
    ]);
  });

  test('of the final costs nothing more for twice the votes: the ranking changes as often as it may', () => {
    const { votes, peakVotesPerSecond } = production.workload.finalNight;
    const twice = night({ votes: 2 * votes, peakVotesPerSecond: 2 * peakVotesPerSecond });
    expect(changed(costs(production, 'final', today), costs(twice, 'final', today))).toEqual([]);
  });

  test('of few votes tells the live ranking less', () => {
    const few = night({ votes: 5 * 3600 });
    expect(changed(costs(production, 'final', today), costs(few, 'final', today))).toEqual([
      'Load balancer, by use',
      'To the internet',
    ]);
  });

  test('is the same in idle and normal for what stands there', () => {
    const idle = amounts(costs(production, 'idle', today));
    const normal = amounts(costs(production, 'normal', today));
    for (const item of ['Database', 'NAT gateways', 'EKS control plane', 'Web nodes'])
      expect(normal.get(item)).toBe(idle.get(item));
  });
});

describe('the capacity', () => {
  const rate = (value: number) => ({ ...rates.rates.page, value });
  const round: Rates = {
    cloudVcpu: { value: 0.5, what: '' },
    rates: {
      ...{ page: rate(100), read: rate(50), vote: rate(400), voteInDatabase: rate(50), event: rate(50) },
      ...{
        signIn: rate(10_000),
        signInInDatabase: rate(1000),
        eventBytes: rate(3000),
        clip: rate(10_000_000),
      },
    },
  };
  const limits = { cpu: 0.25, min: 2, max: 40, target: 0.65 };
  const scale: Scale = {
    web: { auth: limits, portal: limits, videos: limits, votes: limits },
    transcoder: { cpu: 1, min: 1, max: 10 },
    streams: 5000,
  };

  test('follows from the rates', () => {
    const day = {
      ...production.workload.finalNight,
      ...{
        peakRequestsPerSecond: 10_000,
        peakVotesPerSecond: 500,
        peakSignInsPerSecond: 40,
        peakLive: 10_000,
      },
      ...{ uploads: 1700, hours: 5 },
    };
    const { pods, webNodes, transcodeNodes, problems } = capacity(production, day, round, scale);
    // 10,000 × 0.4 × 100 µs, a vCPU doing half of the work: 0.8 vCPUs, of which a pod has 0.1625.
    expect(pods.portal).toEqual({ pods: 5, vcpus: expect.closeTo(0.8) });
    expect(pods.videos).toEqual({ pods: 2, vcpus: expect.closeTo(0.25) });
    // (3,500 × 50 µs + 500 × 400 µs + 10,000 × 2 × 50 µs) / 0.5
    expect(pods.votes).toEqual({ pods: 17, vcpus: expect.closeTo(2.75) });
    expect(pods.auth).toEqual({ pods: 5, vcpus: expect.closeTo(0.8) });
    // 340 an hour, at times thrice, of 20 s each
    expect(pods.transcoder).toEqual({ pods: 6, vcpus: expect.closeTo(17 / 3) });
    // 29 pods of 0.25 and the add-ons, 1.65 a node
    expect({ webNodes, transcodeNodes, problems }).toEqual({ webNodes: 6, transcodeNodes: 6, problems: [] });
  });

  test('says what does not fit', () => {
    const day = {
      ...production.workload.finalNight,
      peakLive: 70_000,
      peakVotesPerSecond: 30_000,
      uploads: 50_000,
    };
    const small = {
      ...production,
      nodes: { ...production.nodes, transcode: { ...production.nodes.transcode, max: 5 } },
    };
    const { web, ...rest } = scale;
    const { problems } = capacity(small, day, round, {
      ...rest,
      web: { ...web, votes: { ...limits, max: 12 } },
    });
    expect(problems.map((problem) => problem.replace(/\d[\d.]*/, 'N'))).toEqual([
      expect.stringMatching(/^votes: N pods .* TOO MUCH$/),
      'transcoder: N workers, of at most 10: clips wait',
      'votes: N watch the ranking live, 60000 can',
      'database: N vCPUs busy, of 2',
      'web: N nodes, of at most 12',
      'transcode: N nodes, of at most 5',
    ]);
  });

  test('is that of the chart’s requests and the environment’s replicas', () => {
    const { web, transcoder, streams } = scaleOf(production);
    const { min, max } = production.replicas.votes;
    expect(web.votes).toEqual({ cpu: 0.5, target: 0.65, min, max });
    expect(web.videos).toEqual({ cpu: 0.25, target: 0.65, ...production.replicas.videos });
    expect(transcoder).toEqual({ cpu: 1, ...production.replicas.transcoder });
    expect(streams).toBe(5000);
  });

  test.each(environments)(
    'of $name bears its days and the night of its final, below its budget',
    (environment) => {
      const { rates, scale } = known(environment);
      for (const day of [environment.workload.normalDay, environment.workload.finalNight]) {
        expect(capacity(environment, day, rates, scale).problems).toEqual([]);
      }
      expect(totalOf(costs(environment, 'final', known(environment)))).toBeLessThan(environment.budget);
    },
  );
});

test('what would save is what it costs less', () => {
  const saved = Object.fromEntries(savings(production, today, 'normal'));
  const edges = costs(production, 'normal', today)
    .filter(
      ({ item }) => item === 'Clips and pictures watched' || item === 'Clips and pictures, by the request',
    )
    .reduce((sum, { monthly }) => sum + monthly, 0);
  expect(saved['CloudFront by its Business plan, a flat price for 50 TB']).toBeCloseTo(edges - 200, 6);
  expect(saved['A year’s commitment to the least of nodes and the database, nothing up front']).toBeCloseTo(
    730 * (3 * (0.0816 - 0.0599) + 0.337 - 0.2595),
    6,
  );
});

test('docs/infrastructure.md has the tables; if not: npm run infra:costs -- --markdown', () => {
  const { is, should } = documentWith('costs', costSection(environments));
  expect(is).toBe(should);
});
