import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Stack } from 'aws-cdk-lib';
import { Queue } from 'aws-cdk-lib/aws-sqs';
import jsonata from 'jsonata';
import { describe, expect, onTestFinished, test } from 'vitest';
import { openApp, type Resource, synthesise, type Template } from '../src/app.ts';
import { diagramOf } from '../src/diagram.ts';
import { documentWith } from '../src/document.ts';
import type { Environment } from '../src/environment.ts';
import { environments } from '../src/environments/index.ts';
import { addPlatform } from '../src/platform.ts';
import { readerOf, resourcesOf, statementsOf, templatesOf } from './templates.ts';

/** What Secrets Manager calls punctuation. */
const MARKS = [...'!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~'];

const tagged = (value: string) => ({ Key: 'environment', Value: value });

describe.each(environments)('$name', async (environment: Environment) => {
  const templates = await templatesOf(environment.name);
  const { all, only } = readerOf(templates);

  test('consists of what its inventory says', async () => {
    const inventory = Object.fromEntries(
      Object.entries(templates).map(([stack, { Resources }]) => [stack, countOf(Resources)]),
    );
    await expect(`${JSON.stringify(inventory, null, 2)}\n`).toMatchFileSnapshot(
      `inventory/${environment.name}.json`,
    );
  });

  test('has subnets of every kind in every zone, and the gateways that it pays for', () => {
    const subnets = all('AWS::EC2::Subnet');
    const zonesOf = (kind: string) =>
      subnets
        .filter(({ Tags }) => Tags.some((tag: { Value: string }) => tag.Value === kind))
        .map(({ AvailabilityZone }) => AvailabilityZone);
    expect(environment.zones.length).toBeGreaterThanOrEqual(2);
    for (const kind of ['public', 'nodes', 'data']) expect(zonesOf(kind)).toEqual(environment.zones);
    expect(all('AWS::EC2::NatGateway')).toHaveLength(environment.natGateways);
    expect(subnets.some(({ MapPublicIpOnLaunch }) => MapPublicIpOnLaunch)).toBe(false);
    // What holds data has no way out: its route tables have no route of their own.
    expect(all('AWS::EC2::Route')).toHaveLength(2 * environment.zones.length);
  });

  test("reaches AWS' services by endpoints, in as many zones as it pays for", () => {
    const endpoints = all('AWS::EC2::VPCEndpoint');
    const named = endpoints.map(
      ({ ServiceName }) => JSON.stringify(ServiceName).match(/\.([a-z0-9.]+)"\W*$/)?.[1],
    );
    expect(named.toSorted()).toEqual(['ecr.api', 'ecr.dkr', 'logs', 's3', 'secretsmanager', 'sqs', 'sts']);
    for (const { VpcEndpointType, SubnetIds } of endpoints) {
      if (VpcEndpointType === 'Interface') expect(SubnetIds).toHaveLength(environment.endpointZones);
    }
  });

  test('opens no security group to the world', () => {
    const rules = [
      ...all('AWS::EC2::SecurityGroup').flatMap(({ SecurityGroupIngress = [] }) => SecurityGroupIngress),
      ...all('AWS::EC2::SecurityGroupIngress'),
    ];
    expect(rules.length).toBeGreaterThanOrEqual(3);
    for (const { CidrIp, CidrIpv6 } of rules)
      expect([undefined, environment.cidr]).toContain(CidrIpv6 ?? CidrIp);
  });

  test('lets none but the cluster and the rotation reach the database, by its port', () => {
    const group = JSON.stringify({
      'Fn::GetAtt': [nameOf(templates, 'AWS::EC2::SecurityGroup', 'databasesecuritygroup'), 'GroupId'],
    });
    const imported = /ExportsOutputFnGetAttdatabasesecuritygroup/;
    const rules = all('AWS::EC2::SecurityGroupIngress').filter(({ GroupId }) => {
      const text = JSON.stringify(GroupId);
      return text === group || imported.test(text);
    });
    expect(rules.map(({ FromPort, ToPort }) => [FromPort, ToPort])).toEqual([
      [5432, 5432],
      [5432, 5432],
    ]);
    expect(
      rules.map(({ SourceSecurityGroupId }) => SourceSecurityGroupId['Fn::GetAtt'][1]).toSorted(),
    ).toEqual(['ClusterSecurityGroupId', 'GroupId']);
  });

  test('keeps the database through the loss of a zone, a mistake and a deletion', () => {
    const [[, instance] = []] = Object.entries(resourcesOf(templates, 'AWS::RDS::DBInstance'));
    expect(instance?.DeletionPolicy).toBe('Snapshot');
    expect(instance?.Properties).toMatchObject({
      MultiAZ: true,
      StorageEncrypted: true,
      DeletionProtection: true,
      DeleteAutomatedBackups: false,
      PubliclyAccessible: false,
      BackupRetentionPeriod: environment.database.backupDays,
      CopyTagsToSnapshot: true,
      ManageMasterUserPassword: true,
      Engine: 'postgres',
    });
    expect(instance?.Properties).not.toHaveProperty('MasterUserPassword');
    expect(only('AWS::RDS::DBParameterGroup').Parameters).toMatchObject({
      'rds.force_ssl': '1',
      max_connections: String(environment.database.maxConnections),
    });
    expect(only('AWS::RDS::DBSubnetGroup').SubnetIds).toHaveLength(environment.zones.length);
    expect(JSON.stringify(only('AWS::RDS::DBSubnetGroup').SubnetIds)).not.toMatch(/public|nodes/);
  });

  test('has a password for each login that AWS makes and changes, and no other value in its templates', () => {
    const secrets = Object.values(resourcesOf(templates, 'AWS::SecretsManager::Secret')).map(
      ({ Properties }) => Properties,
    );
    const logins = secrets.filter(({ GenerateSecretString }) => GenerateSecretString);
    expect(logins.map(({ Name }) => Name)).toEqual(
      ['auth', 'videos', 'votes', 'transcoder'].map(
        (login) => `rising-stars/${environment.name}/database-${login}`,
      ),
    );
    for (const { KmsKeyId } of logins) expect(KmsKeyId).toBeDefined();
    // Who changes them reaches Secrets Manager by its endpoint, and the database by a rule of its own.
    expect(only('AWS::EC2::SecurityGroup', 'databaserotation').SecurityGroupEgress).toMatchObject([
      { CidrIp: environment.cidr, IpProtocol: 'tcp', FromPort: 443, ToPort: 443 },
    ]);
    const rotations = all('AWS::SecretsManager::RotationSchedule');
    expect(rotations).toHaveLength(logins.length);
    const functions = rotations.map(({ HostedRotationLambda }) => HostedRotationLambda.RotationLambdaName);
    expect(new Set(functions).size).toBe(logins.length);
    const watched = all('AWS::CloudWatch::Alarm').filter(({ Namespace }) => Namespace === 'AWS/Lambda');
    expect(watched.map(({ Dimensions: [{ Value }] }) => Value)).toEqual(functions);
    for (const rotation of rotations) {
      // Of which Secrets Manager must find one for each new password.
      expect(MARKS.filter((mark) => !rotation.HostedRotationLambda.ExcludeCharacters.includes(mark))).toEqual(
        ['-', '_'],
      );
      expect(rotation).toMatchObject({
        RotateImmediatelyOnUpdate: false,
        HostedRotationLambda: { RotationType: 'PostgreSQLSingleUser' },
      });
    }
    // A value is a reference, or made by AWS, or not there.
    for (const { SecretString } of secrets) expect(['undefined', 'object']).toContain(typeof SecretString);
  });

  test('encrypts its buckets, shows them to nobody and speaks TLS alone', () => {
    const buckets = all('AWS::S3::Bucket');
    expect(buckets).toHaveLength(2);
    for (const bucket of buckets) {
      expect(bucket).toMatchObject({
        BucketEncryption: {
          ServerSideEncryptionConfiguration: [{ ServerSideEncryptionByDefault: { SSEAlgorithm: 'AES256' } }],
        },
        PublicAccessBlockConfiguration: {
          BlockPublicAcls: true,
          BlockPublicPolicy: true,
          IgnorePublicAcls: true,
          RestrictPublicBuckets: true,
        },
      });
    }
    for (const policy of all('AWS::S3::BucketPolicy')) expect(deniesPlainText(policy)).toBe(true);
    const kept = Object.values(resourcesOf(templates, 'AWS::S3::Bucket')).map(
      ({ DeletionPolicy }) => DeletionPolicy,
    );
    expect(kept.toSorted()).toEqual(['Retain', 'RetainExceptOnCreate']);
  });

  test('keeps what was deleted from the media bucket as long as backups of the database, and ends abandoned uploads', () => {
    const { VersioningConfiguration, LifecycleConfiguration, CorsConfiguration, LoggingConfiguration } = only(
      'AWS::S3::Bucket',
      'media',
    );
    expect(VersioningConfiguration).toEqual({ Status: 'Enabled' });
    expect(LifecycleConfiguration.Rules).toEqual(
      expect.arrayContaining([
        expect.objectContaining({
          Status: 'Enabled',
          NoncurrentVersionExpiration: { NoncurrentDays: environment.database.backupDays },
          ExpiredObjectDeleteMarker: true,
        }),
        expect.objectContaining({ AbortIncompleteMultipartUpload: { DaysAfterInitiation: 2 } }),
      ]),
    );
    // Nothing that is there goes by its age.
    for (const rule of LifecycleConfiguration.Rules) expect(rule).not.toHaveProperty('ExpirationInDays');
    expect(CorsConfiguration.CorsRules).toEqual([
      {
        AllowedOrigins: [`https://${environment.domain.portal}`],
        AllowedMethods: ['PUT'],
        AllowedHeaders: ['*'],
        ExposedHeaders: ['ETag'],
        MaxAge: 3600,
      },
    ]);
    expect(LoggingConfiguration.LogFilePrefix).toBe('media-bucket/');
  });

  test('lets the CDN read what is public, and nobody else read anything', () => {
    const allowed = statementsOf(only('AWS::S3::BucketPolicy', 'media')).filter(
      ({ Effect }) => Effect === 'Allow',
    );
    expect(allowed).toHaveLength(1);
    expect(allowed[0]).toMatchObject({
      Action: 's3:GetObject',
      Principal: { Service: 'cloudfront.amazonaws.com' },
    });
    expect(JSON.stringify(allowed[0]?.Resource)).toMatch(/"\/media\/\*"/);
    expect(JSON.stringify(allowed[0]?.Condition)).toContain(
      nameOf(templates, 'AWS::CloudFront::Distribution'),
    );
    expect(only('AWS::CloudFront::Distribution').DistributionConfig).toMatchObject({
      Aliases: [environment.domain.media],
      Origins: [{ OriginPath: '/media', OriginAccessControlId: expect.anything() }],
      ViewerCertificate: { MinimumProtocolVersion: 'TLSv1.2_2021' },
      // What is not there yet is asked for again soon.
      CustomErrorResponses: [{ ErrorCode: 403, ErrorCachingMinTTL: 10 }],
      DefaultCacheBehavior: { ViewerProtocolPolicy: 'https-only', AllowedMethods: ['GET', 'HEAD'] },
    });
  });

  test('makes the CDN forget each public object that is removed, and only those', async () => {
    expect(only('AWS::Events::Rule', 'takedown').EventPattern).toMatchObject({
      source: ['aws.s3'],
      'detail-type': ['Object Deleted'],
      detail: { object: { key: [{ prefix: 'media/' }] }, reason: ['DeleteObject'] },
    });
    const { DefinitionString } = only('AWS::StepFunctions::StateMachine');
    const definition = JSON.parse(
      DefinitionString['Fn::Join'][1]
        .map((part: unknown) => (typeof part === 'string' ? part : 'X'))
        .join(''),
    );
    const { invalidate } = definition.States;
    // CloudFront takes some calls a second: the others wait, and what is never handed over is kept.
    expect(invalidate.Retry).toMatchObject([{ ErrorEquals: ['States.ALL'], MaxAttempts: 100 }]);
    const [{ DeadLetterConfig }] = only('AWS::Events::Rule', 'takedown').Targets;
    expect(DeadLetterConfig.Arn['Fn::GetAtt'][0]).toBe(
      nameOf(templates, 'AWS::SQS::Queue', 'takedownundelivered'),
    );
    expect(invalidate.Arguments.DistributionId).toBe('X');
    const event = {
      id: '2ee9cc15-d022-99ea-1fb8-1b1bac4850f9',
      detail: {
        object: {
          key: 'media/0198c2a4-0000-7000-8000-000000000001/0198c2a4-0000-7000-8000-000000000002/clip.mp4',
        },
      },
    };
    const { CallerReference, Paths } = invalidate.Arguments.InvalidationBatch;
    expect(await evaluate(CallerReference, event)).toBe(event.id);
    expect(Paths.Quantity).toBe(Paths.Items.length);
    expect(await evaluate(Paths.Items[0], event)).toBe(
      '/0198c2a4-0000-7000-8000-000000000001/0198c2a4-0000-7000-8000-000000000002/clip.mp4',
    );
    // The bucket tells of its objects at all.
    expect(only('AWS::S3::Bucket', 'media').NotificationConfiguration).toEqual({
      EventBridgeConfiguration: { EventBridgeEnabled: true },
    });
  });

  test('encrypts its queues, and keeps a dead letter longer than the queue a job', () => {
    for (const queue of all('AWS::SQS::Queue')) expect(queue.SqsManagedSseEnabled).toBe(true);
    for (const policy of all('AWS::SQS::QueuePolicy')) expect(deniesPlainText(policy)).toBe(true);
    const [jobs, letters] = [
      only('AWS::SQS::Queue', 'jobsqueue'),
      only('AWS::SQS::Queue', 'jobsdeadletters'),
    ];
    expect(jobs.RedrivePolicy.maxReceiveCount).toBe(10);
    expect(letters.MessageRetentionPeriod).toBeGreaterThan(jobs.MessageRetentionPeriod);
    expect(letters.RedriveAllowPolicy.redrivePermission).toBe('byQueue');
  });

  test('has a cluster whose API server is reached from inside alone, with everything logged and its secrets encrypted', () => {
    expect(only('AWS::EKS::Cluster')).toMatchObject({
      Name: `rising-stars-${environment.name}`,
      AccessConfig: { AuthenticationMode: 'API', BootstrapClusterCreatorAdminPermissions: false },
      ResourcesVpcConfig: { EndpointPrivateAccess: true, EndpointPublicAccess: false },
      EncryptionConfig: [{ Resources: ['secrets'] }],
    });
    const { EnabledTypes } = only('AWS::EKS::Cluster').Logging.ClusterLogging;
    expect(EnabledTypes.map(({ Type }: { Type: string }) => Type).toSorted()).toEqual([
      'api',
      'audit',
      'authenticator',
      'controllerManager',
      'scheduler',
    ]);
    const scopes = all('AWS::EKS::AccessEntry').map(({ AccessPolicies: [policy] }) => policy.AccessScope);
    expect(scopes).toEqual([{ Type: 'cluster' }, { Type: 'namespace', Namespaces: ['rising-stars'] }]);
  });

  test('has nodes whose credentials no pod reaches, and transcodes on Spot', () => {
    expect(only('AWS::EC2::LaunchTemplate').LaunchTemplateData).toMatchObject({
      MetadataOptions: { HttpTokens: 'required', HttpPutResponseHopLimit: 1 },
      BlockDeviceMappings: [{ Ebs: { Encrypted: true } }],
    });
    const { web, transcode } = environment.nodes;
    expect(only('AWS::EKS::Nodegroup', 'nodesweb')).toMatchObject({
      CapacityType: 'ON_DEMAND',
      InstanceTypes: web.instanceTypes,
      ScalingConfig: { MinSize: web.min, MaxSize: web.max },
    });
    expect(only('AWS::EKS::Nodegroup', 'nodestranscode')).toMatchObject({
      CapacityType: 'SPOT',
      InstanceTypes: transcode.instanceTypes,
      Labels: { workload: 'transcode' },
      Taints: [{ Key: 'workload', Value: 'transcode', Effect: 'NO_SCHEDULE' }],
    });
  });

  test('refuses floods and bad bodies, but not the clip that somebody uploads', () => {
    const { DefaultAction, Rules } = only('AWS::WAFv2::WebACL');
    expect(DefaultAction).toEqual({ Allow: {} });
    const named = (name: string) => Rules.find(({ Name }: { Name: string }) => Name === name);
    const common = named('AWSManagedRulesCommonRuleSet').Statement.ManagedRuleGroupStatement;
    for (const { Name, ActionToUse } of common.RuleActionOverrides) {
      expect([Name, ActionToUse]).toEqual([expect.stringMatching(/_BODY$/), { Count: {} }]);
    }
    const elsewhere = named('bodies-elsewhere');
    expect(elsewhere.Priority).toBeGreaterThan(named('AWSManagedRulesCommonRuleSet').Priority);
    expect(elsewhere.Statement.AndStatement.Statements[0]).toEqual({
      LabelMatchStatement: { Scope: 'NAMESPACE', Key: 'awswaf:managed:aws:core-rule-set:' },
    });
    expect(JSON.stringify(elsewhere.Statement)).toContain(
      '"NotStatement":{"Statement":{"ByteMatchStatement"',
    );
    expect(JSON.stringify(elsewhere.Statement)).toContain('"SearchString":"/api/videos/upload"');
    expect(named('flood').Statement.RateBasedStatement.Limit).toBe(environment.requestsPerAddress);
  });

  test('scans images, which nobody can exchange, and lets CI alone put them there', () => {
    const repositories = all('AWS::ECR::Repository');
    expect(repositories).toHaveLength(7);
    for (const repository of repositories) {
      expect(repository).toMatchObject({
        ImageTagMutability: 'IMMUTABLE',
        ImageScanningConfiguration: { ScanOnPush: true },
        LifecyclePolicy: expect.anything(),
      });
    }
    const { repository, environment: ci } = environment.ci;
    expect(only('AWS::IAM::Role', 'deploy').AssumeRolePolicyDocument.Statement[0].Condition).toEqual({
      StringEquals: {
        'token.actions.githubusercontent.com:aud': 'sts.amazonaws.com',
        'token.actions.githubusercontent.com:sub': `repo:${repository}:environment:${ci}`,
      },
    });
  });

  test('lets load balancers write their logs where the chart has them write, by whichever of their names', () => {
    const logs = statementsOf(only('AWS::S3::BucketPolicy', 'logs')).find(
      ({ Sid }) => Sid === 'LoadBalancerLogs',
    );
    expect(logs?.Principal).toEqual({
      AWS: expect.anything(),
      Service: 'logdelivery.elasticloadbalancing.amazonaws.com',
    });
    expect(JSON.stringify(logs?.Resource)).toMatch(/"\/AWSLogs\/",\{"Ref":"AWS::AccountId"\},"\/\*"/);
  });

  test('gives nobody a right on everything, save to look, to write traces, and what the load balancer controller comes with', () => {
    const policies = Object.entries({
      ...resourcesOf(templates, 'AWS::IAM::Policy'),
      ...resourcesOf(templates, 'AWS::IAM::ManagedPolicy'),
    });
    const found = policies
      .filter(([id]) => !id.startsWith('addonsawsloadbalancercontroller'))
      .flatMap(([, { Properties }]) => statementsOf(Properties))
      .filter(({ Effect, Resource }) => Effect === 'Allow' && [Resource].flat().includes('*'))
      .flatMap(({ Action }) => Action)
      .filter((action) => !/^\w+:(Describe|List|Get)\w+$/.test(action));
    expect(found.toSorted()).toEqual([
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
    for (const [, { Properties }] of policies) {
      for (const { Action } of statementsOf(Properties)) expect([Action].flat().join()).not.toContain('*');
    }
  });

  test('marks what it pays for', () => {
    for (const type of [
      'AWS::RDS::DBInstance',
      'AWS::S3::Bucket',
      'AWS::EC2::NatGateway',
      'AWS::CloudFront::Distribution',
    ]) {
      for (const { Tags } of all(type)) expect(Tags).toContainEqual(tagged(environment.name));
    }
  });
});

test('can be taken down with its data only by who says so', () => {
  const [environment] = environments as [Environment];
  const isProtected = (isDisposable: boolean) =>
    addPlatform(openApp(), environment, { isDisposable }).data.terminationProtection;
  expect([isProtected(false), isProtected(true)]).toEqual([true, false]);
  const templates = synthesise(environment, { isDisposable: true });
  const [instance] = Object.values(resourcesOf(templates, 'AWS::RDS::DBInstance'));
  expect(instance).toMatchObject({ DeletionPolicy: 'Snapshot', Properties: { DeletionProtection: false } });
  const [, bucket] =
    Object.entries(resourcesOf(templates, 'AWS::S3::Bucket')).find(([name]) => name.startsWith('media')) ??
    [];
  expect(bucket?.DeletionPolicy).toBe('Delete');
  const kept = Object.values(templates).flatMap(({ Resources }) =>
    Object.values(Resources).filter(({ DeletionPolicy }) => DeletionPolicy === 'Retain'),
  );
  // The key of the last snapshot, and the access logs.
  expect(kept.map(({ Type }) => Type).toSorted()).toEqual(['AWS::KMS::Key', 'AWS::S3::Bucket']);
});

test('docs/infrastructure.md has the diagram; if not: npm run infra:diagram', async () => {
  const { is, should } = documentWith('diagram', diagramOf(await templatesOf('production')));
  expect(is).toBe(should);
});

test('is understood by the command that deploys it', async () => {
  const outdir = mkdtempSync(join(tmpdir(), 'anb-assembly-'));
  onTestFinished(() => rmSync(outdir, { recursive: true }));
  const app = openApp({ outdir });
  for (const environment of environments) addPlatform(app, environment);
  const { stacks } = app.synth();
  const cdk = createRequire(import.meta.url).resolve('aws-cdk/bin/cdk');
  const { stdout } = await promisify(execFile)(process.execPath, [
    cdk,
    'list',
    '--app',
    outdir,
    '--no-notices',
  ]);
  expect(stdout.trim().split('\n').toSorted()).toEqual(stacks.map(({ id }) => id).toSorted());
});

test('a finding that nobody has acknowledged stops the synthesis', () => {
  const app = openApp();
  new Queue(new Stack(app, 'careless'), 'queue');
  expect(() => app.synth()).toThrow(/AwsSolutions-SQS4/);
});

const countOf = (resources: Template['Resources']) => {
  const types = Object.values(resources).map(({ Type }) => Type);
  return Object.fromEntries(
    [...new Set(types)].sort().map((type) => [type, types.filter((other) => other === type).length]),
  );
};

function nameOf(templates: Record<string, Template>, type: string, prefix = ''): string {
  const names = Object.keys(resourcesOf(templates, type)).filter((name) => name.startsWith(prefix));
  return names[0] ?? `no ${type} ${prefix}`;
}

const deniesPlainText = (policy: Resource['Properties']) =>
  statementsOf(policy).some(
    ({ Effect, Condition }) => Effect === 'Deny' && Condition?.Bool?.['aws:SecureTransport'] === 'false',
  );

/** As Step Functions reads `{% … %}`. */
function evaluate(expression: string, input: unknown): Promise<unknown> {
  const [, body = ''] = expression.match(/^\{%(.*)%\}$/) ?? [];
  return jsonata(body).evaluate(undefined, { states: { input } });
}
