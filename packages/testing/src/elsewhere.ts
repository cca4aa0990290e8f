import { ObjectStore } from '@anb/service-kit/objects';
import { DeleteBucketCommand, ListBucketsCommand, S3Client } from '@aws-sdk/client-s3';
import { DeleteQueueCommand, paginateListQueues, SQSClient } from '@aws-sdk/client-sqs';

export const REGION = process.env.AWS_REGION ?? 'us-east-1';

/** Removes every bucket whose name starts so, and what is in it. */
export async function removeBuckets(endpoint: string, prefix: string): Promise<void> {
  const s3 = new S3Client({ endpoint, region: REGION, forcePathStyle: true });
  const { Buckets = [] } = await s3.send(new ListBucketsCommand({}));
  for (const { Name: bucket = '' } of Buckets.filter(({ Name }) => Name?.startsWith(prefix))) {
    const store = new ObjectStore({ endpoint, region: REGION, bucket });
    await store.deleteAll('');
    for (const { key, uploadId } of (await store.listMultiparts()) ?? []) {
      await store.abortMultipart(key, uploadId);
    }
    store.close();
    await s3.send(new DeleteBucketCommand({ Bucket: bucket }));
  }
  s3.destroy();
}

/** Removes every queue whose name starts so. */
export async function removeQueues(endpoint: string, prefix: string): Promise<void> {
  const sqs = new SQSClient({ endpoint, region: REGION });
  const pages = paginateListQueues({ client: sqs, pageSize: 1000 }, { QueueNamePrefix: prefix });
  const urls = (await Array.fromAsync(pages)).flatMap(({ QueueUrls = [] }) => QueueUrls);
  for (const QueueUrl of urls) await sqs.send(new DeleteQueueCommand({ QueueUrl }));
  sqs.destroy();
}
