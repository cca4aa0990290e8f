import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import type * as acm from 'aws-cdk-lib/aws-certificatemanager';
import type * as ec2 from 'aws-cdk-lib/aws-ec2';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as route53 from 'aws-cdk-lib/aws-route53';
import { CloudFrontTarget } from 'aws-cdk-lib/aws-route53-targets';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import type { Construct } from 'constructs';
import { acknowledge } from './acknowledge.ts';
import { Database } from './database.ts';
import { type Environment, nameOf } from './environment.ts';
import { zoneOf } from './hosted-zone.ts';
import { Media } from './media.ts';
import { MediaTakedown } from './media-takedown.ts';
import { output } from './stack-output.ts';
import { TranscodeQueue } from './transcode-queue.ts';

interface DataStackProps extends StackProps {
  vpc: ec2.IVpc;
  mediaCertificate: acm.ICertificate;
  logBucket: s3.IBucket;
  /** May database and bucket be deleted with the stack? */
  isDisposable: boolean;
}

/** Everything that must not be lost: database, media, jobs, secrets. */
export class DataStack extends Stack {
  readonly key: kms.Key;
  readonly database: Database;
  readonly media: Media;
  readonly takedown: MediaTakedown;
  readonly jobs: TranscodeQueue;
  /** Filled by `npm run infra:secrets`. */
  readonly signingKey: secretsmanager.ISecret;

  constructor(scope: Construct, id: string, environment: Environment, props: DataStackProps) {
    super(scope, id, { ...props, terminationProtection: !props.isDisposable });
    const name = nameOf(environment);
    const { isDisposable } = props;
    this.key = new kms.Key(this, 'key', {
      alias: `${name}-data`,
      description: `${name}: database, its backups, secrets`,
      enableKeyRotation: true,
      // Backups outlive the stack, and are worthless without it.
      removalPolicy: RemovalPolicy.RETAIN,
    });
    this.database = new Database(this, 'database', environment, {
      vpc: props.vpc,
      key: this.key,
      isDisposable,
    });
    this.media = new Media(this, 'media', environment, {
      certificate: props.mediaCertificate,
      logBucket: props.logBucket,
      isDisposable,
    });
    const { bucket, distribution } = this.media;
    this.takedown = new MediaTakedown(this, 'takedown', { name, bucket, distribution });
    this.jobs = new TranscodeQueue(this, 'jobs', name);
    this.signingKey = this.#makeSigningKey(environment.name);
    this.#addNames(environment);
    this.#addOutputs(environment);
  }

  #makeSigningKey(environmentName: string): secretsmanager.ISecret {
    // Without a value: CloudFormation makes passwords, but no keys.
    const secret = new secretsmanager.CfnSecret(this, 'signing-key', {
      name: `rising-stars/${environmentName}/signing-key`,
      description: 'Keys that sign access tokens, EC P-256 in PEM, an entry each',
      kmsKeyId: this.key.keyArn,
    });
    acknowledge(secret, 'SMG4', 'A key is rotated beside the old one, in steps that docs/deploy.md has.');
    return secretsmanager.Secret.fromSecretCompleteArn(this, 'signing-key-secret', secret.ref);
  }

  #addNames({ domain }: Environment): void {
    const zone = zoneOf(this, domain);
    const target = route53.RecordTarget.fromAlias(new CloudFrontTarget(this.media.distribution));
    new route53.ARecord(this, 'media-ipv4', { zone, recordName: domain.media, target });
    new route53.AaaaRecord(this, 'media-ipv6', { zone, recordName: domain.media, target });
  }

  #addOutputs({ domain, database: { maxConnections } }: Environment): void {
    const { database, media, jobs } = this;
    output(this, 'DatabaseHost', database.instance.dbInstanceEndpointAddress);
    output(this, 'DatabasePort', String(database.port));
    output(this, 'DatabaseName', database.databaseName);
    output(this, 'DatabaseMaxConnections', String(maxConnections));
    output(this, 'MasterSecret', database.masterSecretArn);
    for (const [login, secret] of Object.entries(database.logins)) {
      output(this, `${login[0]?.toUpperCase()}${login.slice(1)}Secret`, secret.secretArn);
    }
    output(this, 'SigningKeySecret', this.signingKey.secretArn);
    output(this, 'MediaBucket', media.bucket.bucketName);
    output(this, 'MediaBaseUrl', `https://${domain.media}`);
    output(this, 'DistributionId', media.distribution.distributionId);
    output(this, 'QueueUrl', jobs.queue.queueUrl);
    output(this, 'DeadLetterUrl', jobs.deadLetters.queueUrl);
  }
}
