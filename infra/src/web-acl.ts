import { ArnFormat, RemovalPolicy, Stack } from 'aws-cdk-lib';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as wafv2 from 'aws-cdk-lib/aws-wafv2';
import { Construct } from 'constructs';
import { type Environment, nameOf } from './environment.ts';

/** The one path that takes large bodies, of bytes that are nobody's script. */
const UPLOAD_PATH = '/api/videos/upload';
/** The rules that read bodies. The managed group stops at 8 kB, so a clip would be refused for its size alone. */
const BODY_RULES = [
  'SizeRestrictions_BODY',
  'CrossSiteScripting_BODY',
  'EC2MetaDataSSRF_BODY',
  'GenericLFI_BODY',
  'GenericRFI_BODY',
];
/** Every rule of the common group labels what it finds below this, counted ones too. */
const COMMON_LABELS = 'awswaf:managed:aws:core-rule-set:';

type Rule = Omit<wafv2.CfnWebACL.RuleProperty, 'priority' | 'visibilityConfig'>;

/** What the load balancer lets through: the outer of two layers, for limits that count exactly are the services' own. */
export class WebAcl extends Construct {
  readonly arn: string;

  constructor(scope: Construct, id: string, environment: Environment) {
    super(scope, id);
    const name = nameOf(environment);
    const rules: Rule[] = [
      {
        name: 'flood',
        action: { block: { customResponse: { responseCode: 429 } } },
        statement: {
          rateBasedStatement: {
            aggregateKeyType: 'IP',
            limit: environment.requestsPerAddress,
            evaluationWindowSec: 300,
          },
        },
      },
      managed('AWSManagedRulesAmazonIpReputationList'),
      managed('AWSManagedRulesKnownBadInputsRuleSet'),
      managed('AWSManagedRulesCommonRuleSet', BODY_RULES),
      {
        name: 'bodies-elsewhere',
        action: { block: {} },
        statement: all(
          { labelMatchStatement: { scope: 'NAMESPACE', key: COMMON_LABELS } },
          { notStatement: { statement: pathIs(UPLOAD_PATH) } },
        ),
      },
    ];
    const acl = new wafv2.CfnWebACL(this, 'acl', {
      name,
      scope: 'REGIONAL',
      defaultAction: { allow: {} },
      visibilityConfig: visible(name),
      rules: rules.map((rule, priority) => ({
        ...rule,
        priority,
        visibilityConfig: visible(rule.name),
      })),
    });
    this.arn = acl.attrArn;
    this.#logBlocked(name, acl);
  }

  #logBlocked(name: string, acl: wafv2.CfnWebACL): void {
    const group = new logs.LogGroup(this, 'log', {
      // WAF writes to groups of this prefix only.
      logGroupName: `aws-waf-logs-${name}`,
      retention: logs.RetentionDays.THREE_MONTHS,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    new wafv2.CfnLoggingConfiguration(this, 'logging', {
      resourceArn: acl.attrArn,
      logDestinationConfigs: [
        Stack.of(this).formatArn({
          service: 'logs',
          resource: 'log-group',
          resourceName: group.logGroupName,
          arnFormat: ArnFormat.COLON_RESOURCE_NAME,
        }),
      ],
      redactedFields: ['authorization', 'cookie'].map((header) => ({ singleHeader: { Name: header } })),
      loggingFilter: {
        DefaultBehavior: 'DROP',
        Filters: [
          {
            Behavior: 'KEEP',
            Requirement: 'MEETS_ANY',
            Conditions: [{ ActionCondition: { Action: 'BLOCK' } }],
          },
        ],
      },
    });
  }
}

function managed(name: string, counted: readonly string[] = []): Rule {
  return {
    name,
    overrideAction: { none: {} },
    statement: {
      managedRuleGroupStatement: {
        vendorName: 'AWS',
        name,
        ruleActionOverrides: counted.map((rule) => ({ name: rule, actionToUse: { count: {} } })),
      },
    },
  };
}

const all = (...statements: wafv2.CfnWebACL.StatementProperty[]): wafv2.CfnWebACL.StatementProperty => ({
  andStatement: { statements },
});

const pathIs = (path: string): wafv2.CfnWebACL.StatementProperty => ({
  byteMatchStatement: {
    fieldToMatch: { uriPath: {} },
    positionalConstraint: 'EXACTLY',
    searchString: path,
    textTransformations: [{ priority: 0, type: 'NONE' }],
  },
});

const visible = (metricName: string): wafv2.CfnWebACL.VisibilityConfigProperty => ({
  metricName,
  cloudWatchMetricsEnabled: true,
  sampledRequestsEnabled: true,
});
