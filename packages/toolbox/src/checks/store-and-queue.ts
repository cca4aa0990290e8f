import { ObjectStore } from '@anb/service-kit/objects';
import { JobQueue } from '@anb/service-kit/queue';
import type { DoctorConfig } from '../config.ts';
import { type Finding, fail, ok, reasonOf } from '../finding.ts';

/** Fewer receives and a job could be given up while its worker is merely being replaced. */
const MIN_RECEIVES = 5;

export async function* checkStore(config: DoctorConfig): AsyncGenerator<Finding> {
  const { S3_BUCKET: bucket, AWS_REGION: region, S3_ENDPOINT: endpoint } = config;
  if (!bucket) return;
  const objects = new ObjectStore({ bucket, region, endpoint });
  try {
    await objects.reach();
    yield ok('bucket', `${bucket} (${endpoint ?? region})`);
  } catch (error) {
    yield fail('bucket', `${bucket}: ${bucketAdvice(error, region)}`);
  } finally {
    objects.close();
  }
}

function bucketAdvice(error: unknown, region: string): string {
  switch ((error as { $metadata?: { httpStatusCode?: number } }).$metadata?.httpStatusCode) {
    case 404:
      return 'there is no such bucket. Create it, or correct S3_BUCKET.';
    case 403:
      return 'access is denied. The role of this pod needs s3:ListBucket on the bucket.';
    case 301:
      return `it is not in ${region}. Correct AWS_REGION.`;
  }
  return `${reasonOf(error)}. Has this pod a role (or credentials) and a way to S3?`;
}

export async function* checkQueue(config: DoctorConfig): AsyncGenerator<Finding> {
  const { SQS_QUEUE_URL: queueUrl, AWS_REGION: region, SQS_ENDPOINT: endpoint } = config;
  if (!queueUrl) return;
  const read = async (url: string) => {
    const queue = new JobQueue({ queueUrl: url, region, endpoint });
    return queue.state().finally(() => queue.close());
  };
  try {
    const { visible, inFlight, delayed, redrive } = await read(queueUrl);
    yield ok('queue', `${nameOf(queueUrl)}: ${visible} waiting, ${inFlight} in flight, ${delayed} delayed`);
    if (!redrive) {
      yield fail('dead letters', 'The queue has no redrive policy: give it one, with a dead-letter queue.');
      return;
    }
    yield redrive.maxReceives >= MIN_RECEIVES
      ? ok('redrive', `after ${redrive.maxReceives} receives to ${nameOf(redrive.deadLetterUrl)}`)
      : fail(
          'redrive',
          `after ${redrive.maxReceives} receives. Raise maxReceiveCount to ${MIN_RECEIVES} or more.`,
        );
    const dead = await read(redrive.deadLetterUrl);
    const letters = dead.visible + dead.inFlight + dead.delayed;
    yield letters === 0
      ? ok('dead letters', 'none')
      : fail(
          'dead letters',
          `${letters}. Look for their video_id in the log of the transcoder, then redrive or delete them.`,
        );
  } catch (error) {
    yield fail('queue', queueAdvice(error, queueUrl));
  }
}

const nameOf = (queueUrl: string) => queueUrl.split('/').at(-1) ?? queueUrl;

function queueAdvice(error: unknown, queueUrl: string): string {
  const { name } = error as Error;
  if (name.includes('NonExistent') || name.includes('DoesNotExist'))
    return `There is no queue ${queueUrl}, or no dead-letter queue beside it. Create it, or correct SQS_QUEUE_URL.`;
  if (name.includes('AccessDenied'))
    return `Access to ${queueUrl} is denied. The role of this pod needs sqs:GetQueueAttributes on it and on its dead-letter queue.`;
  return `${queueUrl}: ${reasonOf(error)}. Has this pod a role (or credentials) and a way to SQS?`;
}
