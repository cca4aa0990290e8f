import { describe, expect, test } from 'vitest';
import { isAllowed, readStatements, wildcardStatements } from '../iam.ts';
import type { Template } from '../references.ts';
import { type Role, roleOf } from '../roles.ts';

const may = (...statements: object[]): Role => ({
  name: 'reader',
  statements: readStatements({ Version: '2012-10-17', Statement: statements }),
  awsPolicies: [],
});
const allow = (Action: string | string[], Resource: string | string[], more: object = {}) => ({
  ...{ Effect: 'Allow', Action, Resource, ...more },
});
const variable = (name: string) => `\${${name}}`;
const clip = 'arn:aws:s3:::clips/media/a/clip.mp4';

describe('a role', () => {
  test.each<[string, Role, string, string, boolean]>([
    ['what is named', may(allow('s3:GetObject', clip)), 's3:GetObject', clip, true],
    ['an action in other letters', may(allow('S3:getobject', clip)), 's3:GetObject', clip, true],
    ['another action', may(allow('s3:GetObject', clip)), 's3:GetObjectAcl', clip, false],
    [
      'a resource in other letters',
      may(allow('s3:GetObject', clip)),
      's3:GetObject',
      clip.toUpperCase(),
      false,
    ],
    [
      'what is below a prefix',
      may(allow('s3:Get*', 'arn:aws:s3:::clips/media/*')),
      's3:GetObject',
      clip,
      true,
    ],
    ['what stands beside it', may(allow('s3:*', 'arn:aws:s3:::clips/me?ia')), 's3:GetObject', clip, false],
    ['one letter', may(allow('s3:GetObject', clip.replace('p4', '?4'))), 's3:GetObject', clip, true],
    [
      'a dot that is no wildcard',
      may(allow('s3:GetObject', clip)),
      's3:GetObject',
      clip.replace('.', 'x'),
      false,
    ],
    [
      'the bucket of its objects',
      may(allow('s3:*', 'arn:aws:s3:::clips/*')),
      's3:ListBucket',
      'arn:aws:s3:::clips',
      false,
    ],
    ['all', may(allow('*', '*')), 'iam:CreateUser', 'arn:aws:iam::1:user/x', true],
    ['nothing', may(), 's3:GetObject', clip, false],
  ])('is asked for %s', (_what, role, action, resource, answer) => {
    expect(isAllowed(role, action, resource)).toBe(answer);
  });

  test('may not do what one statement denies, whichever allows it', () => {
    const role = may(allow('s3:*', '*'), {
      ...allow('s3:GetObject', 'arn:aws:s3:::clips/media/*'),
      Effect: 'Deny',
    });
    expect(isAllowed(role, 's3:GetObject', clip)).toBe(false);
    expect(isAllowed(role, 's3:PutObject', clip)).toBe(true);
  });

  test.each([
    ['StringEquals', { 's3:prefix': 'media/' }, { 's3:prefix': 'media/' }, true],
    ['StringEquals', { 's3:prefix': ['a/', 'b/'] }, { 'S3:Prefix': 'b/' }, true],
    ['StringEquals', { 's3:prefix': 'media/*' }, { 's3:prefix': 'media/a' }, false],
    ['StringEquals', { 's3:prefix': 'media/' }, {}, false],
    ['StringEquals', { 's3:prefix': 'a', 's3:delimiter': '/' }, { 's3:prefix': 'a' }, false],
    ['StringLike', { 's3:prefix': 'media/*' }, { 's3:prefix': 'media/a' }, true],
    ['ArnLike', { 'aws:SourceArn': 'arn:aws:s3:::*' }, { 'aws:SourceArn': 'arn:aws:s3:::clips' }, true],
    ['ArnLike', { 'aws:SourceArn': 'arn:*:clips' }, { 'aws:SourceArn': 'arn:aws:s3:::clips' }, false],
    ['Bool', { 'aws:SecureTransport': true }, { 'aws:SecureTransport': 'true' }, true],
    ['Bool', { 'aws:SecureTransport': 'true' }, { 'aws:SecureTransport': 'false' }, false],
  ])('%s %j holds of %j: %s', (operator, keys, context, answer) => {
    const role = may(allow('s3:ListBucket', 'arn:aws:s3:::clips', { Condition: { [operator]: keys } }));
    expect(isAllowed(role, 's3:ListBucket', 'arn:aws:s3:::clips', context as Record<string, string>)).toBe(
      answer,
    );
  });

  test.each([
    ['NotAction', { Effect: 'Allow', NotAction: 's3:*', Resource: '*' }],
    ['NotResource', { Effect: 'Allow', Action: 's3:*', NotResource: clip }],
    ['IpAddress', allow('s3:*', '*', { Condition: { IpAddress: { 'aws:SourceIp': '10.0.0.0/8' } } })],
    ['StringEqualsIfExists', allow('s3:*', '*', { Condition: { StringEqualsIfExists: { a: 'b' } } })],
  ])('with %s is refused, not guessed at', (what, statement) => {
    expect(() => may(statement)).toThrow(`${what}`);
  });

  test('with a variable, or a policy of AWS, is refused', () => {
    const role = may(allow('s3:*', `arn:aws:s3:::clips/${variable('aws:userid')}/*`));
    expect(() => isAllowed(role, 's3:GetObject', clip)).toThrow('variable');
    const readOnly = { ...may(), awsPolicies: ['arn:aws:iam::aws:policy/ReadOnlyAccess'] };
    expect(() => isAllowed(readOnly, 's3:GetObject', clip)).toThrow('ReadOnlyAccess');
  });

  test.each([
    ['*', 1],
    ['arn:aws:s3:::*', 1],
    ['arn:aws:s3:::*/media/*', 1],
    ['arn:aws:secretsmanager:us-east-1:1:secret:*', 1],
    ['arn:aws:ec2:*:1:instance/*', 1],
    ['arn:aws:s3:::clips/*', 0],
    ['arn:aws:sqs:us-east-1:1:jobs', 0],
  ])('on %s is on everything: %i', (resource, count) => {
    expect(wildcardStatements(may(allow('s3:GetObject', [clip, resource])))).toHaveLength(count);
  });
});

describe('a service account', () => {
  const ref = (Ref: string) => ({ Ref });
  const arn = (id: string) => ({ 'Fn::GetAtt': [id, 'Arn'] });
  const exported = (Value: unknown) => ({
    queue: { Value, Export: { Name: { 'Fn::Sub': `${variable('AWS::StackName')}:queue` } } },
  });
  const association = (ServiceAccount: string, RoleArn: unknown) => ({
    Type: 'AWS::EKS::PodIdentityAssociation',
    Properties: { Namespace: 'rising-stars', ServiceAccount, RoleArn },
  });
  const data: Template = {
    Resources: {
      jobs: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'jobs' } },
      store: { Type: 'AWS::S3::Bucket' },
    },
    Outputs: exported(arn('jobs')),
  };
  const document = (...Statement: object[]) => ({ PolicyDocument: { Statement } });
  const cluster: Template = {
    Resources: {
      role: {
        Type: 'AWS::IAM::Role',
        Properties: {
          ManagedPolicyArns: [
            ref('kept'),
            { 'Fn::Join': ['', ['arn:', ref('AWS::Partition'), ':iam::aws:policy/X']] },
          ],
          Policies: [document(allow('sqs:SendMessage', { 'Fn::ImportValue': 'data:queue' } as never))],
        },
      },
      bare: { Type: 'AWS::IAM::Role', Properties: { RoleName: 'bare' } },
      kept: {
        Type: 'AWS::IAM::ManagedPolicy',
        Properties: document(allow('s3:ListBucket', 'arn:aws:s3:::a')),
      },
      added: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          Roles: [ref('role')],
          ...document(
            allow('s3:GetObject', {
              'Fn::Sub': `arn:${variable('AWS::Partition')}:s3:::clips-${variable('AWS::AccountId')}/${variable('!x')}`,
            } as never),
          ),
        },
      },
      one: association('one', arn('role')),
      bared: association('two', 'arn:aws:iam::111122223333:role/bare'),
      lost: association('three', 'arn:aws:iam::111122223333:role/elsewhere'),
    },
  };
  const find = (name: string) => roleOf({ data, cluster }, 'rising-stars', name);

  test('has what is in its role, attached to it and imported from another stack', () => {
    const { statements = [], awsPolicies } = find('one') ?? {};
    expect(statements.map(({ Action, Resource }) => [...Action, ...Resource])).toEqual([
      ['sqs:SendMessage', 'arn:aws:sqs:us-east-1:111122223333:jobs'],
      ['s3:ListBucket', 'arn:aws:s3:::a'],
      ['s3:GetObject', `arn:aws:s3:::clips-111122223333/${variable('x')}`],
    ]);
    expect(awsPolicies).toEqual(['arn:aws:iam::aws:policy/X']);
  });

  test('has nothing of another’s, no role without an association, and never one that is not there', () => {
    expect(find('two')).toEqual({ name: 'bare', statements: [], awsPolicies: [] });
    expect(find('four')).toBeUndefined();
    expect(roleOf({ data, cluster }, 'default', 'one')).toBeUndefined();
    expect(() => find('three')).toThrow('elsewhere');
  });

  test.each([
    ['a reference that is not understood', { 'Fn::Cidr': ['10.0.0.0/16', 1] }, 'Fn::Cidr'],
    ['a resource that is not there', ref('nobody'), 'nobody'],
    ['an export that is not there', { 'Fn::ImportValue': 'data:other' }, 'data:other'],
  ])('is not guessed at by %s', (_what, RoleArn, why) => {
    const broken: Template = { Resources: { one: association('one', RoleArn) } };
    expect(() => roleOf({ data, broken }, 'rising-stars', 'one')).toThrow(why);
  });
});
