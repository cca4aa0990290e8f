import { type RecordedCalls, toLines } from '@anb/testing/recorded-calls';

/**
 * What IAM calls the right that a command of the SDK needs, as AWS' service authorization reference lists them. What
 * a copy reads is `CopyObjectSource`.
 */
export const rights: Readonly<Record<string, string>> = {
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  PutObject: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  HeadObject: 's3:GetObject',
  GetObject: 's3:GetObject',
  CopyObject: 's3:PutObject',
  CopyObjectSource: 's3:GetObject',
  DeleteObjects: 's3:DeleteObject',
  HeadBucket: 's3:ListBucket',
  ListObjectsV2: 's3:ListBucket',
  ListMultipartUploads: 's3:ListBucketMultipartUploads',
  SendMessageBatch: 'sqs:SendMessage',
  ReceiveMessage: 'sqs:ReceiveMessage',
  DeleteMessage: 'sqs:DeleteMessage',
  ChangeMessageVisibility: 'sqs:ChangeMessageVisibility',
  GetQueueAttributes: 'sqs:GetQueueAttributes',
};

/** What no test has a program call, and why it may. */
export const unrecorded: Readonly<Record<string, string>> = {
  'transcoder s3:AbortMultipartUpload media/*':
    'A clip that is larger than a part is stored in parts, which go when that breaks off.',
};

/** What these calls need: `videos s3:GetObject media/*`. */
export function rightsNeeded(calls: RecordedCalls): string[] {
  const needed = toLines(calls).map((call) => {
    const [program, command = '', what] = call.split(' ');
    return `${program} ${rights[command] ?? `a right for ${command}`} ${what}`;
  });
  return [...new Set(needed)].sort();
}
