import { writeFileSync } from 'node:fs';

const account = '210987654321';
const secret = (name: string) => `arn:aws:secretsmanager:us-east-1:${account}:secret:${name}`;

/** What the stacks of production put out, as `cdk deploy --outputs-file` writes it; nobody's. */
export const fakeOutputs: Record<string, Record<string, string>> = {
  'rising-stars-production-registry': {
    Registry: `${account}.dkr.ecr.us-east-1.amazonaws.com/production`,
    DeployRole: `arn:aws:iam::${account}:role/rising-stars-production-deploy`,
  },
  'rising-stars-production-network': {
    VpcId: 'vpc-0a1b2c3d4e5f60718',
    PublicCidrs: '10.0.0.0/24,10.0.1.0/24,10.0.2.0/24',
    DataCidrs: '10.0.128.0/24,10.0.129.0/24,10.0.130.0/24',
    LogBucket: 'rising-stars-production-network-logs-1abcdef',
  },
  'rising-stars-production-edge': {
    PublicUrl: 'https://estrellas.test',
    HostedZoneId: 'Z2FDTNDATAQYW2',
    HostedZoneName: 'estrellas.test',
    PortalCertificate: `arn:aws:acm:us-east-1:${account}:certificate/11111111-2222-3333-4444-555555555555`,
    WebAcl: `arn:aws:wafv2:us-east-1:${account}:regional/webacl/rising-stars-production/11111111-2222-3333-4444-555555555555`,
    MailHost: 'email-smtp.us-east-1.amazonaws.com',
    MailUsername: 'SMTP-USER-OF-NOBODY',
    MailFrom: 'ANB Rising Stars <no-reply@estrellas.test>',
    MailSecret: secret('rising-stars/production/smtp-AbCdEf'),
    MailAccessKeySecret: secret('rising-stars/production/smtp-access-key-AbCdEf'),
  },
  'rising-stars-production-data': {
    DatabaseHost: 'rising-stars-production.c0ffee.us-east-1.rds.amazonaws.com',
    DatabasePort: '5432',
    DatabaseName: 'anb',
    DatabaseMaxConnections: '800',
    MasterSecret: secret('rds!db-0198c2a4-0000-7000-8000-000000000001-AbCdEf'),
    AuthSecret: secret('rising-stars/production/database-auth-AbCdEf'),
    VideosSecret: secret('rising-stars/production/database-videos-AbCdEf'),
    VotesSecret: secret('rising-stars/production/database-votes-AbCdEf'),
    TranscoderSecret: secret('rising-stars/production/database-transcoder-AbCdEf'),
    SigningKeySecret: secret('rising-stars/production/signing-key-AbCdEf'),
    MediaBucket: `rising-stars-production-media-${account}`,
    MediaBaseUrl: 'https://media.estrellas.test',
    DistributionId: 'E1FAKEFAKEFAKE',
    QueueUrl: `https://sqs.us-east-1.amazonaws.com/${account}/rising-stars-production-transcode`,
    DeadLetterUrl: `https://sqs.us-east-1.amazonaws.com/${account}/rising-stars-production-transcode-dead-letters`,
  },
  'rising-stars-production-cluster': {
    Region: 'us-east-1',
    ClusterName: 'rising-stars-production',
    ClusterArn: `arn:aws:eks:us-east-1:${account}:cluster/rising-stars-production`,
    ClusterEndpoint: 'https://0A1B2C3D4E5F.gr7.us-east-1.eks.amazonaws.com',
    OperatorRole: `arn:aws:iam::${account}:role/rising-stars-production-operator`,
  },
  'rising-stars-production-watch': {
    AlarmTopic: `arn:aws:sns:us-east-1:${account}:rising-stars-production-alarms`,
  },
};

export function writeFakeOutputs(file: string, outputs = fakeOutputs): string {
  writeFileSync(file, JSON.stringify(outputs, null, 2));
  return file;
}
