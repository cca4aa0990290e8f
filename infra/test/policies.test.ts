import type { RecordedCalls } from '@anb/testing/recorded-calls';
import { beforeAll, describe, expect, test } from 'vitest';
import { isAllowed, wildcardStatements } from '../checks/iam.ts';
import { resourceOfOutput, resourcesOf, type Templates } from '../checks/references.ts';
import { rightsNeeded, unrecorded } from '../checks/rights.ts';
import { type Role, roleOf } from '../checks/roles.ts';
import recorded from '../recorded-calls.json' with { type: 'json' };
import { environments } from '../src/environments/index.ts';
import { templatesOf } from './templates.ts';

const NAMESPACE = 'rising-stars';
const THROUGH_SECRETS_MANAGER = { 'kms:ViaService': 'secretsmanager.us-east-1.amazonaws.com' };
/** What a person runs, with rights of their own. */
const BY_PEOPLE = ['import'];
const { import: _, ...byPods }: RecordedCalls = recorded;
const programs = Object.keys(byPods);
const withoutRole = ['auth', 'votes', 'portal'];
/** Of others, which nobody records here. */
const addOns: Record<string, readonly [namespace: string, serviceAccount: string]> = {
  keda: ['keda', 'keda-operator'],
  'external-secrets': ['external-secrets', 'external-secrets'],
};

const needed = rightsNeeded(byPods);

/** What must be refused, for a program that was taken over would try it. */
const refused = `
  videos sqs:ReceiveMessage queue
  videos sqs:DeleteMessage queue
  videos sqs:ChangeMessageVisibility queue
  videos sqs:PurgeQueue queue
  videos sqs:DeleteQueue queue
  videos sqs:SetQueueAttributes queue
  videos sqs:SendMessage dead-letters
  videos sqs:PurgeQueue dead-letters
  videos sqs:DeleteQueue dead-letters
  videos s3:PutObject *
  videos s3:DeleteObject *
  videos s3:GetObjectVersion originals/*
  videos s3:DeleteObjectVersion originals/*
  videos s3:DeleteObjectVersion media/*
  videos s3:PutObjectAcl media/*
  videos s3:DeleteBucket bucket
  videos s3:PutBucketPolicy bucket
  videos s3:DeleteBucketPolicy bucket
  videos s3:PutBucketVersioning bucket
  videos s3:PutLifecycleConfiguration bucket
  videos s3:PutBucketCORS bucket
  transcoder s3:GetObject media/*
  transcoder s3:GetObject withheld/*
  transcoder s3:PutObject originals/*
  transcoder s3:PutObject withheld/*
  transcoder s3:DeleteObject originals/*
  transcoder s3:DeleteObject withheld/*
  transcoder s3:AbortMultipartUpload originals/*
  transcoder s3:ListBucketMultipartUploads bucket
  transcoder s3:PutBucketPolicy bucket
  transcoder sqs:SendMessage queue
  transcoder sqs:PurgeQueue queue
  transcoder sqs:DeleteQueue queue
  transcoder sqs:SetQueueAttributes queue
  transcoder sqs:ReceiveMessage dead-letters
  transcoder sqs:SendMessage dead-letters
  transcoder sqs:DeleteMessage dead-letters
  toolbox s3:GetObject originals/*
  toolbox s3:GetObject withheld/*
  toolbox s3:PutObject originals/*
  toolbox s3:PutObject media/*
  toolbox s3:DeleteObject media/*
  toolbox s3:PutBucketPolicy bucket
  toolbox sqs:SendMessage queue
  toolbox sqs:ReceiveMessage queue
  toolbox sqs:DeleteMessage dead-letters
  toolbox sqs:PurgeQueue dead-letters
  keda sqs:SendMessage queue
  keda sqs:ReceiveMessage queue
  keda sqs:DeleteMessage queue
  keda sqs:SetQueueAttributes queue
  keda s3:ListBucket bucket
  keda s3:GetObject originals/*
  external-secrets sqs:ReceiveMessage queue
  external-secrets s3:GetObject originals/*`
  .trim()
  .split(/\n\s*/);

/** What the programs would do with what is not theirs. */
const ofOthers: Record<string, string[]> = {
  'AWS::S3::Bucket': ['s3:ListBucket', 's3:GetBucketPolicy', 's3:GetObject'],
  'AWS::SQS::Queue': ['sqs:SendMessage', 'sqs:ReceiveMessage', 'sqs:GetQueueAttributes'],
  'AWS::SecretsManager::Secret': ['secretsmanager:GetSecretValue', 'secretsmanager:DescribeSecret'],
  'AWS::KMS::Key': ['kms:Decrypt', 'kms:GenerateDataKey'],
  'AWS::IAM::Role': ['sts:AssumeRole', 'iam:PassRole', 'iam:PutRolePolicy'],
};

describe.each(environments.map(({ name }) => name))('in %s', (environmentName) => {
  let templates: Templates;
  let arns: Record<'bucket' | 'queue' | 'dead-letters', string>;
  beforeAll(async () => {
    templates = await templatesOf(environmentName);
    arns = {
      bucket: resourceOfOutput(templates, 'MediaBucket').arn,
      queue: resourceOfOutput(templates, 'QueueUrl').arn,
      'dead-letters': resourceOfOutput(templates, 'DeadLetterUrl').arn,
    };
  });

  const roleFor = (program: string) =>
    roleOf(templates, ...(addOns[program] ?? ([NAMESPACE, `rising-stars-${program}`] as const)));
  const arnOf = (what: string) =>
    what in arns ? arns[what as keyof typeof arns] : `${arns.bucket}/${what.replace('*', '0f/1/clip.mp4')}`;
  const isGranted = (right: string) => {
    const [program = '', action = '', what = ''] = right.split(' ');
    const role = roleFor(program);
    return role !== undefined && isAllowed(role, action, arnOf(what));
  };
  /** As rights are written here. */
  const wordFor = (arn: string) => {
    const [word] = Object.entries(arns).find(([, known]) => known === arn) ?? [];
    return word ?? (arn.startsWith(`${arns.bucket}/`) ? arn.slice(arns.bucket.length + 1) : `on ${arn}`);
  };
  const givenTo = (program: string) =>
    (roleFor(program)?.statements ?? []).flatMap(({ Action, Resource }) =>
      Action.flatMap((action) => Resource.map((resource) => `${program} ${action} ${wordFor(resource)}`)),
    );

  test('all that the programs call is allowed', () => {
    expect(needed.filter((right) => !isGranted(right))).toEqual([]);
  });

  test('nothing else is given, save with a reason', () => {
    const more = programs.flatMap(givenTo).filter((right) => !needed.includes(right));
    expect(more.sort()).toEqual(Object.keys(unrecorded).sort());
  });

  test.each(refused)('refused: %s', (right) => {
    expect(isGranted(right)).toBe(false);
  });

  test.each(withoutRole)('%s, which calls nothing, has no role', (program) => {
    expect(roleFor(program)).toBeUndefined();
  });

  test.each(programs)('%s reaches no other bucket or queue, no secret, no key and no role', (program) => {
    const role = roleFor(program) as Role;
    for (const [type, actions] of Object.entries(ofOthers)) {
      const strangers = resourcesOf(templates, type)
        .map(({ arn }) => arn)
        .filter((arn) => !Object.values(arns).includes(arn));
      expect(strangers, type).not.toEqual([]);
      const reached = strangers.flatMap((arn) =>
        actions.filter((action) =>
          isAllowed(role, action, action === 's3:GetObject' ? `${arn}/media/1` : arn),
        ),
      );
      expect(reached).toEqual([]);
    }
  });

  test.each(programs)('%s has no right on everything of a service, and no policy of AWS’ own', (program) => {
    const role = roleFor(program) as Role;
    expect(wildcardStatements(role)).toEqual([]);
    expect(role.awsPolicies).toEqual([]);
  });

  test('KEDA reads the length of the queue, and that is all', () => {
    expect(givenTo('keda')).toEqual(['keda sqs:GetQueueAttributes queue']);
  });

  test('who brings secrets into the cluster can decrypt those that it reads, changes none, and leaves one', () => {
    const role = roleFor('external-secrets') as Role;
    const secrets = resourcesOf(templates, 'AWS::SecretsManager::Secret');
    const within = (action: string) =>
      secrets.filter(({ arn }) => isAllowed(role, `secretsmanager:${action}`, arn));
    const read = within('GetSecretValue');
    for (const { arn, property } of read) {
      const key = property('KmsKeyId');
      if (key) expect(isAllowed(role, 'kms:Decrypt', String(key), THROUGH_SECRETS_MANAGER), arn).toBe(true);
    }
    for (const action of ['PutSecretValue', 'UpdateSecret', 'DeleteSecret', 'PutResourcePolicy'])
      expect(within(action)).toEqual([]);
    // Of which a person makes the password that the chart gets.
    const left = secrets.filter((secret) => !read.includes(secret)).map(({ name }) => name);
    expect(left).toEqual([`rising-stars/${environmentName}/smtp-access-key`]);
  });
});

test('whoever calls AWS is one of the programs, or a person', () => {
  const known = ['videos', 'transcoder', 'toolbox', ...BY_PEOPLE];
  expect(Object.keys(recorded).filter((program) => !known.includes(program))).toEqual([]);
});
