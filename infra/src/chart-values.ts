import type { Environment } from './environment.ts';
import { type Outputs, pick } from './outputs.ts';
import { TRANSCODE_NODES } from './transcode-nodes.ts';

/** Where each value is that only a deployed stack knows. */
const PLACES = {
  publicUrl: 'edge.PublicUrl',
  certificate: 'edge.PortalCertificate',
  webAcl: 'edge.WebAcl',
  mailHost: 'edge.MailHost',
  mailUsername: 'edge.MailUsername',
  mailFrom: 'edge.MailFrom',
  mailSecret: 'edge.MailSecret',
  registry: 'registry.Registry',
  publicCidrs: 'network.PublicCidrs',
  dataCidrs: 'network.DataCidrs',
  logBucket: 'network.LogBucket',
  databaseHost: 'data.DatabaseHost',
  databasePort: 'data.DatabasePort',
  databaseName: 'data.DatabaseName',
  maxConnections: 'data.DatabaseMaxConnections',
  masterSecret: 'data.MasterSecret',
  authSecret: 'data.AuthSecret',
  videosSecret: 'data.VideosSecret',
  votesSecret: 'data.VotesSecret',
  transcoderSecret: 'data.TranscoderSecret',
  signingKeySecret: 'data.SigningKeySecret',
  mediaBucket: 'data.MediaBucket',
  mediaBaseUrl: 'data.MediaBaseUrl',
  queueUrl: 'data.QueueUrl',
  deadLetterUrl: 'data.DeadLetterUrl',
  region: 'cluster.Region',
} as const;

/**
 * The values that the chart is installed with: every address and secret from the stacks, every number from the environment.
 * @throws Complaint that names the outputs that are missing
 */
export function chartValues(environment: Environment, outputs: Outputs) {
  const from = pick(outputs, PLACES);
  const { name, contactEmail, replicas } = environment;
  const web = (program: 'auth' | 'videos' | 'votes' | 'portal') => ({
    autoscaling: { minReplicas: replicas[program].min, maxReplicas: replicas[program].max },
    ...(replicas[program].cpu && { resources: { requests: { cpu: replicas[program].cpu } } }),
    zoneSpread: replicas[program].min >= environment.zones.length ? 'DoNotSchedule' : 'ScheduleAnyway',
  });
  return {
    publicUrl: from.publicUrl,
    mediaBaseUrl: from.mediaBaseUrl,
    contactEmail,
    image: { registry: from.registry },
    aws: { region: from.region },
    database: {
      host: from.databaseHost,
      port: Number(from.databasePort),
      name: from.databaseName,
      maxConnections: Number(from.maxConnections),
    },
    storage: { bucket: from.mediaBucket },
    queue: { url: from.queueUrl, deadLetterUrl: from.deadLetterUrl },
    mail: { host: from.mailHost, username: from.mailUsername, from: from.mailFrom },
    secrets: {
      master: { remoteKey: from.masterSecret },
      auth: { remoteKey: from.authSecret },
      videos: { remoteKey: from.videosSecret },
      votes: { remoteKey: from.votesSecret },
      transcoder: { remoteKey: from.transcoderSecret },
      signingKey: { remoteKey: from.signingKeySecret },
      smtp: { remoteKey: from.mailSecret },
    },
    // Between a rotation and its arrival new connections are refused.
    externalSecrets: { enabled: true, refreshInterval: '1m' },
    ingress: {
      certificateArn: from.certificate,
      wafAclArn: from.webAcl,
      deletionProtection: true,
      accessLogsBucket: from.logBucket,
      tags: { application: 'rising-stars', environment: name },
    },
    monitoring: { runbookBase: `https://github.com/${environment.ci.repository}/blob/main/docs/runbooks` },
    networkPolicy: {
      loadBalancerCidrs: from.publicCidrs.split(','),
      databaseCidrs: from.dataCidrs.split(','),
    },
    auth: web('auth'),
    videos: web('videos'),
    votes: web('votes'),
    portal: web('portal'),
    transcoder: {
      nodeSelector: { [TRANSCODE_NODES.key]: TRANSCODE_NODES.value },
      tolerations: [{ ...TRANSCODE_NODES, operator: 'Equal', effect: 'NoSchedule' }],
      keda: { minReplicas: replicas.transcoder.min, maxReplicas: replicas.transcoder.max },
    },
  };
}
