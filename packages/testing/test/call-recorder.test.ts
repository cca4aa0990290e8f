import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { createTestBucket } from '@anb/testing/cloud';
import { expect, onTestFinished, test } from 'vitest';
import { recorderOption, touched } from '../src/call-recorder.ts';
import { fromLines, noted, toLines } from '../src/recorded-calls.ts';

test('a call is its program’s, whatever lies between: awaits, streams, steps of a list, timers; a test’s own are nobody’s business', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anb calls-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const { bucket, endpoint } = await createTestBucket();
  await promisify(execFile)(process.execPath, [join(import.meta.dirname, 'ways-to-s3.ts')], {
    env: {
      NODE_OPTIONS: recorderOption(folder),
      S3_BUCKET: bucket,
      S3_ENDPOINT: endpoint,
      AWS_ACCESS_KEY_ID: process.env.AWS_ACCESS_KEY_ID,
      AWS_SECRET_ACCESS_KEY: process.env.AWS_SECRET_ACCESS_KEY,
    },
  });
  expect(fromLines(noted(folder))).toEqual({
    awaits: { HeadObject: ['a/*', 'b/*'] },
    streams: { CreateMultipartUpload: ['a/*'], UploadPart: ['a/*'], CompleteMultipartUpload: ['a/*'] },
    steps: { ListObjectsV2: ['bucket'], HeadObject: ['a/*'] },
    signs: { GetObject: ['a/*', 'b/*'] },
    timers: { HeadObject: ['a/*'] },
    toolbox: { HeadBucket: ['bucket'] },
    nobody: { HeadObject: ['lost/*'] },
  });
});

test.each([
  ['HeadBucket', { Bucket: 'b' }, [['HeadBucket', 'bucket']]],
  ['GetObject', { Bucket: 'b', Key: 'media/a/1/clip.mp4' }, [['GetObject', 'media/*']]],
  ['GetObject', { Bucket: 'b', Key: 'notes.txt' }, [['GetObject', '*']]],
  [
    'CopyObject',
    { Bucket: 'b', CopySource: 'b/media/a%20b/c', Key: 'withheld/a b/c' },
    [
      ['CopyObject', 'withheld/*'],
      ['CopyObjectSource', 'media/*'],
    ],
  ],
  [
    'DeleteObjects',
    { Bucket: 'b', Delete: { Objects: [{ Key: 'media/1' }, { Key: 'originals/1' }] } },
    [
      ['DeleteObjects', 'media/*'],
      ['DeleteObjects', 'originals/*'],
    ],
  ],
  ['SendMessage', { QueueUrl: 'https://sqs/1/jobs' }, [['SendMessage', 'queue']]],
  ['ReceiveMessage', { QueueUrl: 'https://sqs/1/jobs-dead-letters' }, [['ReceiveMessage', 'dead-letters']]],
])('%s of %j touches %j', (name, input, pairs) => {
  expect(touched(name, input)).toEqual(pairs);
});

test('what is noted is recorded sorted, once, and read again as it was', () => {
  const calls = { a: { HeadObject: ['media/*', 'originals/*'] }, b: { HeadBucket: ['bucket'] } };
  expect(fromLines(toLines(calls).toReversed().concat(toLines(calls)))).toEqual(calls);
});
