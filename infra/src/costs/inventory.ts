import type { Resource, Template } from '../app.ts';
import type { Environment } from '../environment.ts';
import { costs, HOURS, type Known, type Line, line, type Use } from './costs.ts';
import { dearestNode, type Prices, priceOf } from './prices.ts';

type Count = (properties: Resource['Properties'], prices: Prices) => Use[];
const one = (item: string, price: string, quantity = 1): Count => {
  return () => [{ item, price, quantity }];
};

/** Resources that cost something while nobody comes, called as `costs` calls them. */
const counted: Record<string, Count> = {
  'AWS::EKS::Cluster': one('EKS control plane', 'eks.cluster', HOURS),
  'AWS::EC2::NatGateway': one('NAT gateways', 'nat.hour', HOURS),
  'AWS::EC2::VPCEndpoint': ({ VpcEndpointType, SubnetIds = [] }) =>
    VpcEndpointType === 'Interface'
      ? [{ item: 'Interface endpoints', price: 'endpoint.hour', quantity: SubnetIds.length * HOURS }]
      : [],
  'AWS::RDS::DBInstance': ({ DBInstanceClass, AllocatedStorage, MultiAZ, ManageMasterUserPassword }) => {
    if (MultiAZ !== true)
      throw new Error('a database without Multi-AZ: infra/prices.json has no price for it');
    return [
      { item: 'Database', price: DBInstanceClass.replace(/^db/, 'rds'), quantity: HOURS },
      { item: 'Database storage', price: 'rds.gp3', quantity: Number(AllocatedStorage) },
      ...(ManageMasterUserPassword ? one('Secrets', 'secrets.secret')({}, {}) : []),
    ];
  },
  'AWS::EKS::Nodegroup': nodes,
  'AWS::KMS::Key': one('Keys', 'kms.key'),
  'AWS::SecretsManager::Secret': one('Secrets', 'secrets.secret'),
  'AWS::WAFv2::WebACL': ({ Rules = [] }) => [
    { item: 'Web ACL', price: 'waf.acl', quantity: 1 },
    { item: 'Web ACL, its rules', price: 'waf.rule', quantity: Rules.length },
  ],
  'AWS::CloudWatch::Alarm': one('Alarms', 'cloudwatch.alarm'),
  'AWS::Route53::HostedZone': one('DNS zone', 'route53.zone'),
  'AWS::Route53::HealthCheck': one('Health check', 'route53.health-check'),
};

/** At their least, the dearest of the group. */
function nodes(
  { InstanceTypes, ScalingConfig, CapacityType }: Resource['Properties'],
  prices: Prices,
): Use[] {
  const price = dearestNode(prices, InstanceTypes);
  const isSpot = CapacityType === 'SPOT';
  const quantity = ScalingConfig.MinSize * HOURS;
  if (!isSpot) return [{ item: 'Web nodes', price, quantity }];
  return [{ item: 'Transcode nodes (Spot)', price, quantity, share: priceOf(prices, 'ec2.spot').price }];
}

/** What the synthesised templates cost a month in which nobody comes; what the chart makes, as the load balancer, is not in them. */
export function inventoryCosts(templates: readonly Template[], prices: Prices): Line[] {
  const uses = templates
    .flatMap(({ Resources }) => Object.values(Resources))
    .flatMap(({ Type, Properties }) => counted[Type]?.(Properties, prices) ?? []);
  return [...Map.groupBy(uses, ({ item, price }) => `${item} ${price}`).values()].flatMap(
    ([first, ...more]) =>
      first
        ? [
            line(
              { ...first, quantity: more.reduce((sum, { quantity }) => sum + quantity, first.quantity) },
              prices,
            ),
          ]
        : [],
  );
}

/** What both know: nodes beyond a group's least come by themselves, and the zone is older than the stacks. */
const compared = [
  ...['EKS control plane', 'NAT gateways', 'Interface endpoints', 'Database', 'Database storage', 'Keys'],
  ...['Secrets', 'Web ACL', 'Web ACL, its rules', 'Alarms', 'Health check'],
];

/** Where the templates are not what the cost model takes them for. */
export function disagreements(
  environment: Environment,
  templates: readonly Template[],
  known: Known,
): string[] {
  const model = costs(environment, 'idle', known);
  const built = inventoryCosts(templates, known.prices);
  const monthly = (lines: readonly Line[], item: string) =>
    lines.find((each) => each.item === item)?.monthly ?? 0;
  return compared.flatMap((item) => {
    const [expected, found] = [monthly(model, item), monthly(built, item)];
    const text = `${item}: ${expected.toFixed(2)} in the cost model, ${found.toFixed(2)} in the templates`;
    return Math.abs(expected - found) > 0.005 ? [text] : [];
  });
}
