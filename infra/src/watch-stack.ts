import { RemovalPolicy, Stack, type StackProps } from 'aws-cdk-lib';
import * as budgets from 'aws-cdk-lib/aws-budgets';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import { SnsAction } from 'aws-cdk-lib/aws-cloudwatch-actions';
import * as events from 'aws-cdk-lib/aws-events';
import { SnsTopic } from 'aws-cdk-lib/aws-events-targets';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as route53 from 'aws-cdk-lib/aws-route53';
import * as sns from 'aws-cdk-lib/aws-sns';
import { EmailSubscription } from 'aws-cdk-lib/aws-sns-subscriptions';
import type { Construct } from 'constructs';
import { type Alarm, alarmsOf } from './alarms.ts';
import type { DataStack } from './data-stack.ts';
import type { EdgeStack } from './edge-stack.ts';
import { type Environment, nameOf } from './environment.ts';
import type { NetworkStack } from './network-stack.ts';
import { output } from './stack-output.ts';

interface WatchStackProps extends StackProps {
  network: NetworkStack;
  edge: EdgeStack;
  data: DataStack;
}

/** Who publishes to the topic besides Alertmanager. Rules of EventBridge are let in as they are made: they send no source account. */
const PUBLISHERS = ['cloudwatch', 'budgets', 'events.rds'];

/** Alarms on what Prometheus can not see, the budget's, and the one topic of both. */
export class WatchStack extends Stack {
  readonly topic: sns.Topic;
  readonly key: kms.Key;

  constructor(scope: Construct, id: string, environment: Environment, props: WatchStackProps) {
    super(scope, id, props);
    this.key = new kms.Key(this, 'key', {
      alias: `${nameOf(environment)}-alarms`,
      description: `${nameOf(environment)}: alarms`,
      enableKeyRotation: true,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.topic = this.#makeTopic(environment);
    const health = this.#makeHealthCheck(environment);
    for (const alarm of alarmsOf({ ...props, environment, health })) this.#addAlarm(environment, alarm);
    this.#addEvents(environment, props.data);
    this.#addBudget(environment);

    output(this, 'AlarmTopic', this.topic.topicArn);
  }

  #makeTopic(environment: Environment): sns.Topic {
    const topic = new sns.Topic(this, 'alarms', {
      topicName: `${nameOf(environment)}-alarms`,
      masterKey: this.key,
      enforceSSL: true,
    });
    const servicesOf = (names: readonly string[]) =>
      names.map((name) => new iam.ServicePrincipal(`${name}.amazonaws.com`));
    topic.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Alarms',
        principals: servicesOf(PUBLISHERS),
        actions: ['sns:Publish'],
        resources: [topic.topicArn],
        conditions: { StringEquals: { 'aws:SourceAccount': this.account } },
      }),
    );
    this.key.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'Alarms',
        principals: servicesOf(PUBLISHERS),
        actions: ['kms:GenerateDataKey*', 'kms:Decrypt'],
        resources: ['*'],
      }),
    );
    topic.addSubscription(new EmailSubscription(environment.alarmEmail));
    return topic;
  }

  /** Somebody who stands outside: the only one who notices that nothing answers at all. */
  #makeHealthCheck({ domain }: Environment): route53.CfnHealthCheck {
    return new route53.CfnHealthCheck(this, 'outside', {
      healthCheckConfig: {
        type: 'HTTPS',
        fullyQualifiedDomainName: domain.portal,
        resourcePath: '/health',
        port: 443,
        requestInterval: 30,
        failureThreshold: 3,
        enableSni: true,
      },
      healthCheckTags: [{ key: 'Name', value: domain.portal }],
    });
  }

  #addAlarm(environment: Environment, { id, runbook, ...alarm }: Alarm): void {
    const made = new cloudwatch.Alarm(this, id, {
      alarmName: `${nameOf(environment)}-${id}`,
      alarmDescription: runbook,
      treatMissingData: cloudwatch.TreatMissingData.NOT_BREACHING,
      ...alarm,
    });
    made.addAlarmAction(new SnsAction(this.topic));
    made.addOkAction(new SnsAction(this.topic));
  }

  #addEvents(environment: Environment, { database }: DataStack): void {
    const subscription = new rds.CfnEventSubscription(this, 'database-events', {
      snsTopicArn: this.topic.topicArn,
      sourceType: 'db-instance',
      sourceIds: [database.instance.instanceIdentifier],
      eventCategories: [
        'availability',
        'failover',
        'failure',
        'low storage',
        'maintenance',
        'recovery',
        'restoration',
      ],
    });
    // RDS refuses a topic that it may not publish to yet.
    subscription.node.addDependency(this.topic);
    new events.Rule(this, 'vulnerable-image', {
      ruleName: `${nameOf(environment)}-vulnerable-image`,
      description: 'A scan of an image has found something critical',
      eventPattern: {
        source: ['aws.ecr'],
        detailType: ['ECR Image Scan'],
        detail: {
          'repository-name': [{ prefix: `${environment.name}/` }],
          'finding-severity-counts': { CRITICAL: [{ numeric: ['>', 0] }] },
        },
      },
      targets: [new SnsTopic(this.topic)],
    });
  }

  #addBudget(environment: Environment): void {
    const subscribers = [{ subscriptionType: 'SNS', address: this.topic.topicArn }];
    const warn = (notificationType: string, threshold: number) => ({
      notification: {
        notificationType,
        comparisonOperator: 'GREATER_THAN',
        threshold,
        thresholdType: 'PERCENTAGE',
      },
      subscribers,
    });
    new budgets.CfnBudget(this, 'budget', {
      budget: {
        budgetName: nameOf(environment),
        budgetType: 'COST',
        timeUnit: 'MONTHLY',
        budgetLimit: { amount: environment.budget, unit: 'USD' },
        // A tag that is switched on for billing once, by hand: docs/infrastructure.md.
        costFilters: { TagKeyValue: [`user:environment$${environment.name}`] },
      },
      notificationsWithSubscribers: [warn('ACTUAL', 80), warn('ACTUAL', 100), warn('FORECASTED', 100)],
    });
  }
}
