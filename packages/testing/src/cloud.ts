import { randomBytes } from 'node:crypto';
import { createQueues } from '@anb/local-cloud/queues';
import { CreateBucketCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3';
import { SQSClient } from '@aws-sdk/client-sqs';
import { inject } from 'vitest';
import { REGION } from './elsewhere.ts';

process.env.AWS_ACCESS_KEY_ID ??= 'test';
process.env.AWS_SECRET_ACCESS_KEY ??= 'test';

export interface TestBucket {
  bucket: string;
  region: string;
  endpoint: string;
  /** Every key in it, sorted. */
  keys: () => Promise<string[]>;
}

/** A bucket of its own. */
export async function createTestBucket(endpoint = inject('s3Endpoint')): Promise<TestBucket> {
  const s3 = new S3Client({ endpoint, region: REGION, forcePathStyle: true });
  const bucket = `${inject('namePrefix')}${randomBytes(6).toString('hex')}`;
  await s3.send(new CreateBucketCommand({ Bucket: bucket }));
  return {
    bucket,
    region: REGION,
    endpoint,
    keys: async () => {
      const { Contents = [] } = await s3.send(new ListObjectsV2Command({ Bucket: bucket }));
      return Contents.map(({ Key }) => Key ?? '').sort();
    },
  };
}

/** A queue of its own, with one for its dead letters. */
export async function createTestQueue(
  visibilitySeconds = 30,
): Promise<{ queueUrl: string; region: string; endpoint: string }> {
  const endpoint = inject('sqsEndpoint');
  const sqs = new SQSClient({ endpoint, region: REGION });
  const { queueUrl } = await createQueues(sqs, {
    name: `${inject('namePrefix')}${randomBytes(6).toString('hex')}`,
    visibilitySeconds,
  });
  return { queueUrl, region: REGION, endpoint };
}
