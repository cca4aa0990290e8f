import { describe, expect, test } from 'vitest';
import { queueTriggerProblems } from '../queue-trigger.ts';

const metadata = {
  queueURL: 'https://sqs.us-east-1.amazonaws.com/123456789012/anb-transcode',
  awsRegion: 'us-east-1',
  queueLength: '1',
  activationQueueLength: '0',
  scaleOnInFlight: 'true',
  scaleOnDelayed: 'false',
};
const problemsOf = (change: Record<string, string | undefined>, type = 'aws-sqs-queue') => {
  const all = Object.entries({ ...metadata, ...change }).filter(
    (entry): entry is [string, string] => !!entry[1],
  );
  return queueTriggerProblems({
    kind: 'ScaledObject',
    spec: { triggers: [{ type, metadata: Object.fromEntries(all) }] },
  });
};

describe('a queue trigger', () => {
  test('as ours is accepted', () => {
    expect(problemsOf({})).toEqual([]);
    expect(problemsOf({ queueURL: undefined, queueURLFromEnv: 'QUEUE_URL' })).toEqual([]);
    expect(problemsOf({ any: 'thing' }, 'cpu')).toEqual([]);
    expect(queueTriggerProblems({ kind: 'Service' })).toEqual([]);
  });

  test.each([
    [{ queueURL: undefined }, 'no queueURL'],
    [{ awsRegion: undefined }, 'no awsRegion'],
    [{ queueUrl: metadata.queueURL }, 'queueUrl is not known'],
    [{ scaleOnInflight: 'true' }, 'scaleOnInflight is not known'],
    [{ identityOwner: 'operator' }, 'identityOwner is not known'],
    [
      { queueURL: 'https://sqs.us-east-1.amazonaws.com/queue' },
      'queueURL cannot be https://sqs.us-east-1.amazonaws.com/queue',
    ],
    [{ awsRegion: 'us-east' }, 'awsRegion cannot be us-east'],
    [{ queueLength: '0' }, 'queueLength cannot be 0'],
    [{ activationQueueLength: '-1' }, 'activationQueueLength cannot be -1'],
    [{ scaleOnInFlight: 'yes' }, 'scaleOnInFlight cannot be yes'],
  ])('with %o is refused', (change, sentence) => {
    expect(problemsOf(change)).toEqual([sentence]);
  });
});
