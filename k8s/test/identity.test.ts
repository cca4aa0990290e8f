import { expect, test } from 'vitest';
import { read } from './charts.ts';

/** What IAM calls the right that a command of the SDK needs; AWS' service authorization reference lists them. */
const rights: Record<string, string> = {
  CreateMultipartUpload: 's3:PutObject',
  UploadPart: 's3:PutObject',
  CompleteMultipartUpload: 's3:PutObject',
  PutObject: 's3:PutObject',
  AbortMultipartUpload: 's3:AbortMultipartUpload',
  HeadObject: 's3:GetObject',
  GetObject: 's3:GetObject',
  CopyObject: 's3:PutObject',
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

const page = read('charts/rising-stars/README.md');
const table = page.slice(page.indexOf('## Identity'), page.indexOf('## Upgrade'));

test('every call to S3 and SQS needs a right that the table of identities gives to somebody, and none is given for nothing', () => {
  const sources = ['objects', 'queue'].map((file) => read(`packages/service-kit/src/${file}.ts`)).join('\n');
  const called = new Set([...sources.matchAll(/new (\w+)Command\(/g)].map(([, name = '']) => name));
  const needed = [...called].map((call) => rights[call] ?? `a right for ${call}`);
  const given = table.match(/\b(s3|sqs):\w+/g) ?? [];
  expect([...new Set(given)].sort()).toEqual([...new Set(needed)].sort());
});
