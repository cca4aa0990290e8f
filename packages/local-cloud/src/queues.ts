import { CreateQueueCommand, GetQueueAttributesCommand, type SQSClient } from '@aws-sdk/client-sqs';

export interface Queues {
  queueUrl: string;
  deadLetterUrl: string;
}

export interface QueueNames {
  name: string;
  visibilitySeconds: number;
}

/**
 * Twice the attempts that a video's row counts: a worker that stops, or meets another's lease, costs a receive as
 * well, and the row must come to its end before the message does.
 */
const MAX_RECEIVES = 10;

/** Makes the job queue and its dead-letter queue; those in AWS need the same redrive. */
export async function createQueues(sqs: SQSClient, { name, visibilitySeconds }: QueueNames): Promise<Queues> {
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    if (!QueueUrl) throw new Error(`queue ${QueueName} was not made`);
    return QueueUrl;
  };
  const deadLetterUrl = await create(`${name}-dead-letters`, {
    MessageRetentionPeriod: String(14 * 24 * 3600),
  });
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
  );
  const queueUrl = await create(name, {
    VisibilityTimeout: String(visibilitySeconds),
    RedrivePolicy: JSON.stringify({
      deadLetterTargetArn: Attributes?.QueueArn,
      maxReceiveCount: MAX_RECEIVES,
    }),
  });
  return { queueUrl, deadLetterUrl };
}
