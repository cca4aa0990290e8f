import { Arn, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as cloudfront from 'aws-cdk-lib/aws-cloudfront';
import * as events from 'aws-cdk-lib/aws-events';
import * as targets from 'aws-cdk-lib/aws-events-targets';
import * as logs from 'aws-cdk-lib/aws-logs';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import * as stepfunctions from 'aws-cdk-lib/aws-stepfunctions';
import { CallAwsService } from 'aws-cdk-lib/aws-stepfunctions-tasks';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeWildcards } from './acknowledge.ts';
import { PUBLIC_PREFIX } from './media.ts';

interface MediaTakedownProps {
  name: string;
  bucket: s3.IBucket;
  distribution: cloudfront.IDistribution;
}

/**
 * Makes the CDN forget what the videos service takes away: it moves media of a video that is closed, and removes those of
 * one that is deleted, so every object that leaves the public folder is invalidated, whoever removed it.
 */
export class MediaTakedown extends Construct {
  readonly machine: stepfunctions.StateMachine;
  /** Events that could not be handed over for a day. */
  readonly undelivered: sqs.Queue;

  constructor(scope: Construct, id: string, props: MediaTakedownProps) {
    super(scope, id);
    this.machine = this.#makeMachine(props);
    this.undelivered = new sqs.Queue(this, 'undelivered', {
      queueName: `${props.name}-takedowns-undelivered`,
      encryption: sqs.QueueEncryption.SQS_MANAGED,
      enforceSSL: true,
      retentionPeriod: Duration.days(14),
    });
    acknowledge(this.undelivered, 'SQS3', 'It is a dead-letter queue.');
    new events.Rule(this, 'removed', {
      ruleName: `${props.name}-takedown`,
      description: 'An object has left the public folder of the media bucket',
      eventPattern: {
        source: ['aws.s3'],
        detailType: ['Object Deleted'],
        detail: {
          bucket: { name: [props.bucket.bucketName] },
          object: { key: [{ prefix: PUBLIC_PREFIX }] },
          // Not the end of what was already taken away, which the bucket tells as well.
          reason: ['DeleteObject'],
        },
      },
      targets: [
        new targets.SfnStateMachine(this.machine, {
          deadLetterQueue: this.undelivered,
          maxEventAge: Duration.days(1),
        }),
      ],
    });
  }

  #makeMachine({ name, distribution }: MediaTakedownProps): stepfunctions.StateMachine {
    const invalidate = CallAwsService.jsonata(this, 'invalidate', {
      service: 'cloudfront',
      action: 'createInvalidation',
      parameters: {
        DistributionId: distribution.distributionId,
        InvalidationBatch: {
          // An event that comes twice asks once.
          CallerReference: '{% $states.input.id %}',
          Paths: {
            Quantity: 1,
            // The distribution's paths begin below the public folder.
            Items: [`{% '/' & $substringAfter($states.input.detail.object.key, '${PUBLIC_PREFIX}') %}`],
          },
        },
      },
      iamResources: [
        Arn.format(
          {
            service: 'cloudfront',
            region: '',
            resource: 'distribution',
            resourceName: distribution.distributionId,
          },
          Stack.of(this),
        ),
      ],
    });
    // CloudFront takes 3,000 paths at a time and some calls a second: a mass deletion waits its turn, for hours if need be.
    invalidate.addRetry({
      errors: ['States.ALL'],
      interval: Duration.seconds(2),
      backoffRate: 2,
      maxDelay: Duration.minutes(5),
      jitterStrategy: stepfunctions.JitterType.FULL,
      maxAttempts: 100,
    });
    const machine = new stepfunctions.StateMachine(this, 'machine', {
      stateMachineName: `${name}-takedown`,
      queryLanguage: stepfunctions.QueryLanguage.JSONATA,
      definitionBody: stepfunctions.DefinitionBody.fromChainable(invalidate),
      timeout: Duration.hours(8),
      tracingEnabled: true,
      logs: {
        level: stepfunctions.LogLevel.ALL,
        destination: new logs.LogGroup(this, 'log', {
          // The service writes to groups of this prefix alone without a longer resource policy.
          logGroupName: `/aws/vendedlogs/states/${name}-takedown`,
          retention: logs.RetentionDays.ONE_MONTH,
          removalPolicy: RemovalPolicy.DESTROY,
        }),
      },
    });
    acknowledgeWildcards(
      machine,
      ['*'],
      'Writing logs and traces knows of no resources; the rest names the distribution.',
    );
    return machine;
  }
}
