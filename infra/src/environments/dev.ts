import type { Environment } from '../environment.ts';

/** A rehearsal of production at a fraction of its price. */
export const dev: Environment = {
  name: 'dev',
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b'],
  cidr: '10.1.0.0/16',
  natGateways: 1,
  endpointZones: 1,
  domain: {
    portal: 'dev.showcase.example.com',
    media: 'media.dev.showcase.example.com',
    hostedZone: { id: 'Z1111111111111111111', name: 'dev.showcase.example.com' },
  },
  database: {
    instanceType: 't4g.small',
    storageGb: 20,
    maxStorageGb: 50,
    maxConnections: 200,
    backupDays: 3,
  },
  nodes: {
    web: { instanceTypes: ['t4g.medium'], min: 3, max: 4 },
    transcode: { instanceTypes: ['c7g.large', 'c6g.large', 'm7g.large', 'm6g.large'], min: 0, max: 3 },
  },
  replicas: {
    auth: { min: 1, max: 3 },
    videos: { min: 1, max: 3 },
    votes: { min: 1, max: 3 },
    portal: { min: 1, max: 3 },
    transcoder: { min: 0, max: 3 },
  },
  requestsPerAddress: 100_000,
  contactEmail: 'contest@showcase.example.com',
  alarmEmail: 'alarms@showcase.example.com',
  budget: 400,
  ci: { repository: 'example/rising-stars', environment: 'dev' },
  workload: {
    normalDay: {
      requests: 20_000,
      peakRequestsPerSecond: 5,
      votes: 100,
      peakVotesPerSecond: 1,
      uploads: 10,
      uploadMb: 60,
      views: 200,
    },
    finalNight: {
      requests: 2_000_000,
      peakRequestsPerSecond: 500,
      votes: 50_000,
      peakVotesPerSecond: 50,
      uploads: 50,
      uploadMb: 60,
      views: 2_000,
    },
  },
};
