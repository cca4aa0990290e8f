import { Duration } from 'aws-cdk-lib';
import * as cloudwatch from 'aws-cdk-lib/aws-cloudwatch';
import type * as route53 from 'aws-cdk-lib/aws-route53';
import type { DataStack } from './data-stack.ts';
import { LOGINS } from './database.ts';
import type { EdgeStack } from './edge-stack.ts';
import { type Environment, nameOf } from './environment.ts';
import type { NetworkStack } from './network-stack.ts';

export interface Alarm
  extends Pick<
    cloudwatch.AlarmProps,
    | 'metric'
    | 'threshold'
    | 'evaluationPeriods'
    | 'datapointsToAlarm'
    | 'comparisonOperator'
    | 'treatMissingData'
  > {
  readonly id: string;
  /** What it means and what to do, for the mail. */
  readonly runbook: string;
}

interface Watched {
  environment: Environment;
  network: NetworkStack;
  edge: EdgeStack;
  data: DataStack;
  health: route53.CfnHealthCheck;
}

const GIB = 1024 ** 3;
const below = cloudwatch.ComparisonOperator.LESS_THAN_THRESHOLD;
const above = cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD;
const minutes = (count: number) => Duration.minutes(count);
const anyAtAll = { threshold: 0, comparisonOperator: above, evaluationPeriods: 1 };

const metric = (
  namespace: string,
  metricName: string,
  dimensionsMap: Record<string, string>,
  statistic = 'Sum',
  period = minutes(5),
) => new cloudwatch.Metric({ namespace, metricName, dimensionsMap, statistic, period });

/** Every alarm: what the pods' own metrics do not show, for they are not there, or stand behind it. */
export function alarmsOf(watched: Watched): Alarm[] {
  return [
    ...outside(watched),
    ...ofDatabase(watched),
    ...ofJobs(watched),
    ...ofMedia(watched),
    ...ofNetwork(watched),
  ];
}

function outside({ health, edge, environment }: Watched): Alarm[] {
  return [
    {
      id: 'unreachable',
      metric: metric(
        'AWS/Route53',
        'HealthCheckStatus',
        { HealthCheckId: health.attrHealthCheckId },
        'Minimum',
        minutes(1),
      ),
      threshold: 1,
      comparisonOperator: below,
      evaluationPeriods: 2,
      treatMissingData: cloudwatch.TreatMissingData.BREACHING,
      runbook: `https://${environment.domain.portal}/health does not answer from outside. DNS, certificate, load balancer or all pods of auth: kubectl get ingress,pods in rising-stars.`,
    },
    {
      id: 'load-balancer-errors',
      // The load balancer is the controller's, so its name is not known here.
      metric: new cloudwatch.MathExpression({
        expression: 'SELECT SUM(HTTPCode_ELB_5XX_Count) FROM SCHEMA("AWS/ApplicationELB", LoadBalancer)',
        label: '5xx of the load balancers',
        period: minutes(5),
        usingMetrics: {},
      }),
      threshold: 20,
      comparisonOperator: above,
      evaluationPeriods: 1,
      runbook:
        'The load balancer answers 502, 503 or 504 by itself: no healthy pod, or pods that close too early. kubectl describe targetgroupbindings.',
    },
    {
      id: 'certificate-expires',
      metric: metric(
        'AWS/CertificateManager',
        'DaysToExpiry',
        { CertificateArn: edge.portalCertificate.certificateArn },
        'Minimum',
        Duration.days(1),
      ),
      threshold: 30,
      comparisonOperator: below,
      evaluationPeriods: 1,
      runbook:
        "The portal's certificate was not renewed: its CNAME for validation is gone from the hosted zone.",
    },
    {
      id: 'flood',
      metric: metric('AWS/WAFV2', 'BlockedRequests', {
        WebACL: nameOf(environment),
        Rule: 'flood',
        Region: environment.region,
      }),
      threshold: 10_000,
      comparisonOperator: above,
      evaluationPeriods: 1,
      runbook:
        'Addresses are refused for too many requests: an attack, or requestsPerAddress is too low for a carrier. Look at the log group aws-waf-logs-…',
    },
    {
      id: 'mail-bounces',
      metric: metric('AWS/SES', 'Reputation.BounceRate', {}, 'Average', Duration.hours(1)),
      threshold: 0.05,
      comparisonOperator: above,
      evaluationPeriods: 1,
      runbook:
        'More than 5 % of the mails bounce; at 10 % SES stops sending, and nobody can verify an address. Look for sign-ups by a machine.',
    },
  ];
}

function ofDatabase({ data, environment }: Watched): Alarm[] {
  const of = (metricName: string, statistic = 'Average') =>
    metric(
      'AWS/RDS',
      metricName,
      { DBInstanceIdentifier: data.database.instance.instanceIdentifier },
      statistic,
    );
  return [
    {
      id: 'database-storage',
      metric: of('FreeStorageSpace', 'Minimum'),
      threshold: 5 * GIB,
      comparisonOperator: below,
      evaluationPeriods: 1,
      runbook:
        'Less than 5 GiB left. It grows by itself up to maxStorageGb: raise that, or find what fills it.',
    },
    {
      id: 'database-processor',
      metric: of('CPUUtilization'),
      threshold: 80,
      comparisonOperator: above,
      evaluationPeriods: 3,
      runbook: 'Above 80 % for a quarter of an hour. Database Insights says which statements.',
    },
    {
      id: 'database-memory',
      metric: of('FreeableMemory', 'Minimum'),
      threshold: GIB / 8,
      comparisonOperator: below,
      evaluationPeriods: 3,
      runbook: 'Less than 128 MiB left: too many connections for the instance, or one too small.',
    },
    {
      id: 'database-connections',
      metric: of('DatabaseConnections', 'Maximum'),
      threshold: 0.8 * environment.database.maxConnections,
      comparisonOperator: above,
      evaluationPeriods: 2,
      runbook:
        'More than 80 % of max_connections are in use, which the chart does not allow at any scale: somebody else connects.',
    },
    ...LOGINS.map((login) => ({
      id: `password-rotation-${login}`,
      metric: metric('AWS/Lambda', 'Errors', { FunctionName: `${nameOf(environment)}-rotate-${login}` }),
      ...anyAtAll,
      runbook: `The password of anb_${login} was not rotated; the old one goes on working. The log of the function says why.`,
    })),
  ];
}

function ofJobs({ data: { jobs, takedown } }: Watched): Alarm[] {
  return [
    {
      id: 'jobs-wait',
      metric: jobs.queue.metricApproximateAgeOfOldestMessage({ statistic: 'Maximum', period: minutes(5) }),
      threshold: 1800,
      comparisonOperator: above,
      evaluationPeriods: 2,
      runbook:
        'The oldest job has waited for half an hour: no worker, no Spot nodes, or more uploads than workers. kubectl get scaledobject,pods; see the runbook AnbJobsWaitLong.',
    },
    {
      id: 'dead-letters',
      metric: jobs.deadLetters.metricApproximateNumberOfMessagesVisible({
        statistic: 'Maximum',
        period: minutes(5),
      }),
      ...anyAtAll,
      runbook: 'A job was received ten times without an outcome; see the runbook AnbDeadLetters.',
    },
    ...Object.entries({
      failed: takedown.machine.metricFailed({ statistic: 'Sum', period: minutes(5) }),
      late: takedown.machine.metricTimedOut({ statistic: 'Sum', period: minutes(5) }),
      undelivered: takedown.undelivered.metricApproximateNumberOfMessagesVisible({
        statistic: 'Maximum',
        period: minutes(5),
      }),
    }).map(([how, metric]) => ({
      id: `takedown-${how}`,
      metric,
      ...anyAtAll,
      runbook:
        'The CDN may go on showing what was taken away: docs/infrastructure.md has the command that makes it forget everything.',
    })),
  ];
}

function ofMedia({ data: { media } }: Watched): Alarm[] {
  return [
    {
      id: 'cdn-errors',
      metric: metric(
        'AWS/CloudFront',
        '5xxErrorRate',
        { DistributionId: media.distribution.distributionId, Region: 'Global' },
        'Average',
      ),
      threshold: 5,
      comparisonOperator: above,
      evaluationPeriods: 2,
      runbook: 'More than 5 % of clips and pictures fail: S3, or its policy for the CDN.',
    },
  ];
}

function ofNetwork({ network: { vpc } }: Watched): Alarm[] {
  return vpc.publicSubnets.flatMap((subnet, zone) => {
    const gateway = subnet.node.tryFindChild('NATGateway') as { attrNatGatewayId?: string } | undefined;
    if (!gateway?.attrNatGatewayId) return [];
    return [
      {
        id: `nat-ports-${zone}`,
        metric: metric('AWS/NATGateway', 'ErrorPortAllocation', { NatGatewayId: gateway.attrNatGatewayId }),
        ...anyAtAll,
        runbook:
          'A NAT gateway has no port left for a connection: mails, challenges or images may fail. Something connects without end.',
      },
    ];
  });
}
