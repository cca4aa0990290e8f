import { Arn, Duration, Stack } from 'aws-cdk-lib';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';

/** Receives before a job is a dead letter; the worker gives a video up after five attempts of its own. */
const MAX_RECEIVES = 10;

/** The queue of transcode jobs, and where those go that were received too often. */
export class TranscodeQueue extends Construct {
  readonly queue: sqs.Queue;
  readonly deadLetters: sqs.Queue;

  constructor(scope: Construct, id: string, name: string) {
    super(scope, id);
    const queueName = `${name}-transcode`;
    const queueArn = Arn.format({ service: 'sqs', resource: queueName }, Stack.of(this));
    const common = { encryption: sqs.QueueEncryption.SQS_MANAGED, enforceSSL: true };
    this.deadLetters = new sqs.Queue(this, 'dead-letters', {
      ...common,
      queueName: `${queueName}-dead-letters`,
      // Longer than the queue's: a letter keeps the age that it had.
      retentionPeriod: Duration.days(14),
      redriveAllowPolicy: {
        redrivePermission: sqs.RedrivePermission.BY_QUEUE,
        sourceQueues: [sqs.Queue.fromQueueArn(this, 'source', queueArn)],
      },
    });
    this.queue = new sqs.Queue(this, 'queue', {
      ...common,
      queueName,
      retentionPeriod: Duration.days(4),
      // Who receives says how long; this is for a person with the console.
      visibilityTimeout: Duration.seconds(30),
      receiveMessageWaitTime: Duration.seconds(20),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: MAX_RECEIVES },
    });
  }
}
