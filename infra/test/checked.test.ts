import { describe, expect, test } from 'vitest';
import { synthesise } from '../src/app.ts';
import { checked, examplesIn } from '../src/checked.ts';
import { Complaint } from '../src/complaint.ts';
import type { Environment } from '../src/environment.ts';
import { environments } from '../src/environments/index.ts';
import { production } from '../src/environments/production.ts';

const staging: Environment = {
  ...production,
  name: 'staging',
  account: '111122223333',
  zones: ['us-east-1a', 'us-east-1b'],
  natGateways: 1,
  endpointZones: 1,
  domain: {
    portal: 'staging.torneo.example',
    media: 'media.staging.torneo.example',
    hostedZone: { id: 'Z0123456789ABCDEFGHIJ', name: 'staging.torneo.example' },
  },
};
const { domain, database, nodes, replicas, ci } = staging;
const hosted = (change: object) => ({
  domain: { ...domain, hostedZone: { ...domain.hostedZone, ...change } },
});
const named = (change: object) => ({ domain: { ...domain, ...change } });
const stored = (change: object) => ({ database: { ...database, ...change } });
const web = (change: object) => ({ nodes: { ...nodes, web: { ...nodes.web, ...change } } });
const votes = (change: object) => ({ replicas: { ...replicas, votes: { ...replicas.votes, ...change } } });

const complaintOf = (...them: Environment[]) => {
  try {
    checked(them);
    return 'nothing';
  } catch (error) {
    if (error instanceof Complaint) return error.message;
    throw error;
  }
};

test('the environments of this repository are usable together', () => {
  expect(checked(environments)).toBe(environments);
});

test('what is still the repository’s example is known', () => {
  expect(examplesIn(production)).toEqual([
    'domain.portal',
    'domain.media',
    'domain.hostedZone.id',
    'domain.hostedZone.name',
    'contactEmail',
    'alarmEmail',
    'ci.repository',
  ]);
  const mine = { portal: 'torneo.co', media: 'media.torneo.co' };
  const own = { ...production, domain: { ...mine, hostedZone: { id: 'Z0123', name: 'torneo.co' } } };
  expect(examplesIn(own)).toEqual(['contactEmail', 'alarmEmail', 'ci.repository']);
});

test('one of an account of its own is synthesised without a look into that account', () => {
  const templates = synthesise(staging);
  const zones = Object.values(templates['rising-stars-staging-network']?.Resources ?? {})
    .filter(({ Type }) => Type === 'AWS::EC2::Subnet')
    .map(({ Properties }) => Properties.AvailabilityZone);
  expect(new Set(zones)).toEqual(new Set(staging.zones));
});

describe('a synthesis is refused', () => {
  test.each<[what: string, change: Partial<Environment>, field: string]>([
    ['a name in capitals', { name: 'Staging' }, 'name'],
    ['a name with an underscore', { name: 'staging_2' }, 'name'],
    ['a name that makes too long a role', { name: 'staging-of-next-year-27' }, 'name'],
    ['an account as people write it', { account: '1111-2222-3333' }, 'account'],
    ['another region', { region: 'sa-east-1', zones: ['sa-east-1a', 'sa-east-1b'] }, 'region'],
    ['one zone', { zones: ['us-east-1a'], natGateways: 1 }, 'zones'],
    ['one zone twice', { zones: ['us-east-1a', 'us-east-1a'] }, 'zones'],
    ['zones of another region', { zones: ['us-west-2a', 'us-west-2b'] }, 'zones'],
    ['a network that is too small', { cidr: '10.2.0.0/20' }, 'cidr'],
    ['a network that begins elsewhere', { cidr: '10.2.3.0/16' }, 'cidr'],
    ['a network of the internet', { cidr: '8.8.0.0/16' }, 'cidr'],
    ['no NAT gateway', { natGateways: 0 }, 'natGateways'],
    ['more NAT gateways than zones', { natGateways: 3 }, 'natGateways'],
    ['endpoints in more zones than there are', { endpointZones: 3 }, 'endpointZones'],
    ['endpoints in none', { endpointZones: 0 }, 'endpointZones'],
    ['a portal outside the hosted zone', named({ portal: 'staging.torneo.test' }), 'domain.portal'],
    ['a portal that only ends like it', named({ portal: 'xstaging.torneo.example' }), 'domain.portal'],
    ['a portal with its scheme', named({ portal: 'https://staging.torneo.example' }), 'domain.portal'],
    [
      'a name that no certificate takes',
      named({ media: `${'a'.repeat(60)}.torneo.example` }),
      'domain.media',
    ],
    ['media at the portal', named({ media: domain.portal }), 'domain.media'],
    ['a zone’s id as Route 53 answers', hosted({ id: '/hostedzone/Z012345' }), 'domain.hostedZone.id'],
    ['a zone with its last dot', hosted({ name: 'staging.torneo.example.' }), 'domain.hostedZone.name'],
    [
      'a family of databases that does not exist',
      stored({ instanceType: 'm7q.large' }),
      'database.instanceType',
    ],
    ['a database type with its prefix', stored({ instanceType: 'db.m7g.large' }), 'database.instanceType'],
    ['a disk that is too small', stored({ storageGb: 10 }), 'database.storageGb'],
    ['a disk that can not grow', stored({ maxStorageGb: 105 }), 'database.maxStorageGb'],
    ['backups for two months', stored({ backupDays: 60 }), 'database.backupDays'],
    ['no backups', stored({ backupDays: 0 }), 'database.backupDays'],
    ['too few connections', stored({ maxConnections: 5 }), 'database.maxConnections'],
    ['no type of node', web({ instanceTypes: [] }), 'nodes.web.instanceTypes'],
    ['a type that does not exist', web({ instanceTypes: ['m7g.huge'] }), 'nodes.web.instanceTypes'],
    ['a type without a size', web({ instanceTypes: ['large'] }), 'nodes.web.instanceTypes'],
    ['a type with one vCPU', web({ instanceTypes: ['m7g.medium'] }), 'nodes.web.instanceTypes'],
    ['two architectures', web({ instanceTypes: ['m7g.large', 'm7i.large'] }), 'nodes.web.instanceTypes'],
    ['more nodes than the most', web({ min: 13 }), 'nodes.web.min'],
    ['half a node', web({ min: 1.5 }), 'nodes.web.min'],
    ['more pods than the most', votes({ min: 13 }), 'replicas.votes.min'],
    ['no pod at all', votes({ min: 0 }), 'replicas.votes.min'],
    ['500 vCPUs', votes({ cpu: '500' }), 'replicas.votes.cpu'],
    ['nobody to ask', { contactEmail: 'contest' }, 'contactEmail'],
    ['nobody to wake', { alarmEmail: '' }, 'alarmEmail'],
    ['no budget', { budget: 0 }, 'budget'],
    ['a limit that AWS does not take', { requestsPerAddress: 5 }, 'requestsPerAddress'],
    [
      'a repository’s address',
      { ci: { ...ci, repository: 'https://github.com/example/stars' } },
      'ci.repository',
    ],
  ])('for %s, which is named', (_what, change, field) => {
    const environment = { ...staging, ...change };
    expect(complaintOf(environment)).toContain(`\n  ${environment.name}: ${field}: `);
    expect(() => synthesise(environment)).toThrow(Complaint);
  });

  test('for all that is wrong, in one message', () => {
    expect(complaintOf({ ...staging, cidr: '10.2.0.0/20', budget: 0 }, production)).toBe(
      [
        'infra/src/environments is not usable:',
        '  staging: cidr: "10.2.0.0/20" is not a private /16, as 10.2.0.0/16 is',
        '  staging: budget: 0 is not an amount of dollars',
      ].join('\n'),
    );
  });

  test('for what two environments can not share', () => {
    const twin = { ...staging, domain: { ...domain, portal: 'other.staging.torneo.example' } };
    expect(complaintOf(staging, twin).split('\n').slice(1)).toEqual([
      '  staging, staging: name: "staging" is that of 2 environments',
      '  staging, staging: domain.hostedZone.id: "Z0123456789ABCDEFGHIJ" is that of 2 environments',
      '  staging, staging: account: "111122223333" is that of 2 environments, without ci.providerExists in one of them: an account knows GitHub once',
    ]);
    const shared = { ...twin, name: 'other', ci: { ...ci, providerExists: true } };
    expect(complaintOf(staging, shared)).not.toContain('account');
  });
});
