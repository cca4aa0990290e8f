import { CreateQueueCommand, GetQueueAttributesCommand, SQSClient } from '@aws-sdk/client-sqs';

export interface Queues {
  queueUrl: string;
  deadLetterUrl: string;
}

export interface QueueNames {
  endpoint: string;
  name: string;
  visibilitySeconds: number;
}

/** Makes the job queue and its dead-letter queue, as infra/ makes them in AWS. */
export async function createQueues({ endpoint, name, visibilitySeconds }: QueueNames): Promise<Queues> {
  const sqs = new SQSClient({
    endpoint,
    region: 'us-east-1',
    credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
  });
  const create = async (QueueName: string, Attributes: Record<string, string>) => {
    const { QueueUrl } = await sqs.send(new CreateQueueCommand({ QueueName, Attributes }));
    if (!QueueUrl) throw new Error(`queue ${QueueName} was not made`);
    return QueueUrl;
  };
  try {
    const deadLetterUrl = await create(`${name}-dead-letters`, {
      MessageRetentionPeriod: String(14 * 24 * 3600),
    });
    const { Attributes } = await sqs.send(
      new GetQueueAttributesCommand({ QueueUrl: deadLetterUrl, AttributeNames: ['QueueArn'] }),
    );
    const queueUrl = await create(name, {
      VisibilityTimeout: String(visibilitySeconds),
      RedrivePolicy: JSON.stringify({ deadLetterTargetArn: Attributes?.QueueArn, maxReceiveCount: 5 }),
    });
    return { queueUrl, deadLetterUrl };
  } finally {
    sqs.destroy();
  }
}
