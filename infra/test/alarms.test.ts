import { describe, expect, test } from 'vitest';
import { environments } from '../src/environments/index.ts';
import { readerOf, resourcesOf, type Statement, templatesOf } from './templates.ts';

describe.each(environments)('alarms of $name', async (environment) => {
  const templates = await templatesOf(environment.name);
  const { all, only } = readerOf(templates);

  test('reach somebody, as does their end and the budget’s warning', () => {
    const alarms = all('AWS::CloudWatch::Alarm');
    expect(alarms).toHaveLength(19 + environment.natGateways);
    for (const { AlarmActions, OKActions, AlarmDescription } of alarms) {
      expect([AlarmActions, OKActions]).toEqual([[expect.anything()], [expect.anything()]]);
      expect(AlarmDescription.length).toBeGreaterThan(40);
    }
    expect(only('AWS::SNS::Subscription')).toMatchObject({
      Protocol: 'email',
      Endpoint: environment.alarmEmail,
    });
    expect(only('AWS::Budgets::Budget').Budget).toMatchObject({
      BudgetLimit: { Amount: environment.budget },
      CostFilters: { TagKeyValue: [`user:environment$${environment.name}`] },
    });
    const notified = only('AWS::Budgets::Budget').NotificationsWithSubscribers;
    for (const { Subscribers } of notified) expect(Subscribers).toMatchObject([{ SubscriptionType: 'SNS' }]);
  });

  test('have somebody outside ask what the chart answers', () => {
    expect(only('AWS::Route53::HealthCheck').HealthCheckConfig).toMatchObject({
      Type: 'HTTPS',
      FullyQualifiedDomainName: environment.domain.portal,
      ResourcePath: '/health',
    });
  });

  test('sound at less of what is needed, and at more of all else', () => {
    const less = all('AWS::CloudWatch::Alarm').filter(
      ({ ComparisonOperator }) => ComparisonOperator === 'LessThanThreshold',
    );
    expect(less.map(({ MetricName, TreatMissingData }) => [MetricName, TreatMissingData])).toEqual([
      ['HealthCheckStatus', 'breaching'],
      ['DaysToExpiry', 'notBreaching'],
      ['FreeStorageSpace', 'notBreaching'],
      ['FreeableMemory', 'notBreaching'],
    ]);
  });

  test('are published by who may also use the key that they are encrypted with', () => {
    const { [`rising-stars-${environment.name}-watch`]: watch = { Resources: {} } } = templates;
    const servicesOf = (type: string, document: string) =>
      Object.values(resourcesOf({ watch }, type))
        .flatMap(({ Properties }) => Properties[document].Statement as Statement[])
        .filter(({ Effect }) => Effect === 'Allow')
        .flatMap(({ Principal }) => (Principal as { Service?: string | string[] }).Service ?? [])
        .toSorted();
    const publishers = ['budgets', 'cloudwatch', 'events', 'events.rds'].map(
      (name) => `${name}.amazonaws.com`,
    );
    expect(servicesOf('AWS::SNS::TopicPolicy', 'PolicyDocument')).toEqual(publishers);
    expect(servicesOf('AWS::KMS::Key', 'KeyPolicy')).toEqual(publishers);
    const [policy] = Object.keys(resourcesOf(templates, 'AWS::SNS::TopicPolicy'));
    const [subscription] = Object.values(resourcesOf(templates, 'AWS::RDS::EventSubscription'));
    expect(subscription).toMatchObject({ DependsOn: expect.arrayContaining([policy]) });
  });
});
