import type { Environment } from '../environment.ts';

/** The contest itself. */
export const production: Environment = {
  name: 'production',
  region: 'us-east-1',
  zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
  cidr: '10.0.0.0/16',
  natGateways: 3,
  endpointZones: 3,
  domain: {
    portal: 'showcase.example.com',
    media: 'media.showcase.example.com',
    hostedZone: { id: 'Z0000000000000000000', name: 'showcase.example.com' },
  },
  database: {
    instanceType: 'm7g.large',
    storageGb: 100,
    maxStorageGb: 500,
    maxConnections: 800,
    backupDays: 14,
  },
  nodes: {
    web: { instanceTypes: ['m7g.large'], min: 3, max: 12 },
    transcode: { instanceTypes: ['c7g.large', 'c6g.large', 'm7g.large', 'm6g.large'], min: 1, max: 20 },
  },
  replicas: {
    auth: { min: 2, max: 6 },
    videos: { min: 3, max: 8 },
    votes: { min: 3, max: 12 },
    portal: { min: 3, max: 8 },
    transcoder: { min: 1, max: 20 },
  },
  requestsPerAddress: 100_000,
  contactEmail: 'contest@showcase.example.com',
  alarmEmail: 'alarms@showcase.example.com',
  budget: 1500,
  ci: { repository: 'example/rising-stars', environment: 'production' },
  workload: {
    normalDay: {
      requests: 1_000_000,
      peakRequestsPerSecond: 60,
      votes: 5_000,
      peakVotesPerSecond: 2,
      uploads: 200,
      uploadMb: 60,
      views: 20_000,
    },
    finalNight: {
      requests: 40_000_000,
      peakRequestsPerSecond: 4_000,
      votes: 500_000,
      peakVotesPerSecond: 300,
      uploads: 500,
      uploadMb: 60,
      views: 400_000,
    },
  },
};
