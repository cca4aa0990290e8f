import { Aws } from 'aws-cdk-lib';
import type * as iam from 'aws-cdk-lib/aws-iam';
import type { Environment } from './environment.ts';
import { mediaBucketName } from './media.ts';
import { allow } from './pod-role.ts';
import type { TranscodeQueue } from './transcode-queue.ts';

export interface Backends {
  /** Of the bucket. */
  mediaArn: string;
  jobs: TranscodeQueue;
}

export const mediaArn = (environment: Pick<Environment, 'name'>) =>
  `arn:${Aws.PARTITION}:s3:::${mediaBucketName(environment)}`;

/**
 * What each program asks of AWS, and nothing else; those that are not here have no role. Addresses that `videos` signs
 * for browsers carry its rights. Without `s3:ListBucket` S3 does not say that an object is missing.
 */
export const programRights: Readonly<Record<string, (backends: Backends) => iam.PolicyStatement[]>> = {
  videos: ({ mediaArn, jobs: { queue, deadLetters } }) => [
    // Audit and clean-up look at whatever lies in the bucket.
    allow(['s3:GetObject'], [`${mediaArn}/*`]),
    allow(
      ['s3:PutObject', 's3:DeleteObject'],
      ['originals', 'media', 'withheld'].map((folder) => `${mediaArn}/${folder}/*`),
    ),
    allow(
      ['s3:AbortMultipartUpload'],
      ['originals', 'media'].map((folder) => `${mediaArn}/${folder}/*`),
    ),
    allow(['s3:ListBucket', 's3:ListBucketMultipartUploads'], [mediaArn]),
    allow(['sqs:SendMessage', 'sqs:GetQueueAttributes'], [queue.queueArn]),
    allow(['sqs:GetQueueAttributes', 'sqs:ReceiveMessage', 'sqs:DeleteMessage'], [deadLetters.queueArn]),
  ],
  transcoder: ({ mediaArn, jobs: { queue } }) => [
    allow(['s3:GetObject'], [`${mediaArn}/originals/*`]),
    allow(['s3:PutObject', 's3:DeleteObject', 's3:AbortMultipartUpload'], [`${mediaArn}/media/*`]),
    allow(['s3:ListBucket'], [mediaArn]),
    allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:ChangeMessageVisibility'], [queue.queueArn]),
  ],
  toolbox: ({ mediaArn, jobs: { queue, deadLetters } }) => [
    allow(['s3:ListBucket'], [mediaArn]),
    allow(['sqs:GetQueueAttributes'], [queue.queueArn, deadLetters.queueArn]),
  ],
};
