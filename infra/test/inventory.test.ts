import { App, aws_ec2 as ec2, aws_eks as eks, aws_rds as rds, Stack } from 'aws-cdk-lib';
import { Template as Synthesised } from 'aws-cdk-lib/assertions';
import { describe, expect, test } from 'vitest';
import { known } from '../src/cost-tables.ts';
import { production } from '../src/environments/production.ts';
import { disagreements, inventoryCosts, type Template } from '../src/inventory.ts';
import { prices } from '../src/prices.ts';

/** A VPC, its endpoints, a database and nodes, as CDK writes them. */
function synthesise({ natGateways = 3, multiAz = true } = {}): Template {
  const stack = new Stack(new App(), 'some', { env: { region: 'us-east-1', account: '123456789012' } });
  const { Postgres, SQS, STS, SECRETS_MANAGER, CLOUDWATCH_LOGS, ECR, ECR_DOCKER } = {
    ...ec2.InterfaceVpcEndpointAwsService,
    Postgres: rds.DatabaseInstanceEngine.POSTGRES,
  };
  const vpc = new ec2.Vpc(stack, 'vpc', { availabilityZones: [...production.zones], natGateways });
  vpc.addGatewayEndpoint('s3', { service: ec2.GatewayVpcEndpointAwsService.S3 });
  for (const service of [SQS, STS, SECRETS_MANAGER, CLOUDWATCH_LOGS, ECR, ECR_DOCKER])
    vpc.addInterfaceEndpoint(service.shortName, { service });
  const { instanceType, storageGb } = production.database;
  new rds.DatabaseInstance(stack, 'database', {
    ...{ vpc, engine: Postgres, multiAz, allocatedStorage: storageGb },
    instanceType: new ec2.InstanceType(instanceType),
  });
  for (const [capacityType, { instanceTypes, min, max }] of [
    ['ON_DEMAND', production.nodes.web],
    ['SPOT', production.nodes.transcode],
  ] as const)
    new eks.CfnNodegroup(stack, capacityType, {
      ...{ clusterName: 'c', nodeRole: 'r', subnets: ['s'], capacityType },
      ...{ instanceTypes: [...instanceTypes], scalingConfig: { minSize: min, maxSize: max } },
    });
  return Synthesised.fromStack(stack).toJSON() as Template;
}

describe('the synthesised templates', () => {
  test('are priced by what is in them', () => {
    const monthly = inventoryCosts([synthesise()], prices).map(({ item, monthly }) => [item, monthly]);
    expect(Object.fromEntries(monthly)).toEqual({
      'NAT gateways': expect.closeTo(3 * 730 * 0.045),
      'Interface endpoints': expect.closeTo(6 * 3 * 730 * 0.01),
      Database: expect.closeTo(730 * 0.337),
      'Database storage': expect.closeTo(100 * 0.23),
      Secrets: expect.closeTo(0.4),
      'Web nodes': expect.closeTo(3 * 730 * 0.0816),
      'Transcode nodes (Spot)': expect.closeTo(730 * 0.0816 * 0.6),
    });
  });

  test('are compared with what the cost model takes them for', () => {
    const wrong = disagreements(production, [synthesise({ natGateways: 2 })], known(production));
    expect(wrong).toContain('NAT gateways: 98.55 in the cost model, 65.70 in the templates');
    expect(wrong.filter((each) => /^(Interface|Database)/.test(each))).toEqual([]);
  });

  test('may have no database for which there is no price', () => {
    expect(() => inventoryCosts([synthesise({ multiAz: false })], prices)).toThrow('without Multi-AZ');
  });
});
