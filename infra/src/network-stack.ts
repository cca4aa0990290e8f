import { Stack, type StackProps, Validations } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as s3 from 'aws-cdk-lib/aws-s3';
import type { Construct } from 'constructs';
import { type Environment, nameOf } from './environment.ts';
import { LogBucket } from './log-bucket.ts';
import { output } from './stack-output.ts';

/** What is asked often enough, or holds enough, that it should not leave AWS' network nor pass a NAT gateway. */
const ENDPOINTS = {
  sqs: ec2.InterfaceVpcEndpointAwsService.SQS,
  sts: ec2.InterfaceVpcEndpointAwsService.STS,
  ecr: ec2.InterfaceVpcEndpointAwsService.ECR,
  'ecr-layers': ec2.InterfaceVpcEndpointAwsService.ECR_DOCKER,
  secrets: ec2.InterfaceVpcEndpointAwsService.SECRETS_MANAGER,
  logs: ec2.InterfaceVpcEndpointAwsService.CLOUDWATCH_LOGS,
};

/** The VPC: load balancers in public subnets, nodes in private ones, the database in ones that lead nowhere. */
export class NetworkStack extends Stack {
  readonly vpc: ec2.Vpc;
  /** Access logs of everything that writes some. */
  readonly logBucket: s3.Bucket;
  readonly #zones: readonly string[];

  /** The environment names them; CDK would look those of a known account up. */
  override get availabilityZones(): string[] {
    return [...this.#zones];
  }

  constructor(scope: Construct, id: string, environment: Environment, props: StackProps) {
    super(scope, id, props);
    this.#zones = environment.zones;
    Validations.of(this).acknowledge({
      id: 'CloudFormation-Validate::W3010',
      reason: 'The environment names its zones.',
    });
    this.logBucket = new LogBucket(this, 'logs');
    this.vpc = new ec2.Vpc(this, 'vpc', {
      vpcName: nameOf(environment),
      ipAddresses: ec2.IpAddresses.cidr(environment.cidr),
      availabilityZones: [...environment.zones],
      natGateways: environment.natGateways,
      subnetConfiguration: [
        { name: 'public', subnetType: ec2.SubnetType.PUBLIC, cidrMask: 24, mapPublicIpOnLaunch: false },
        { name: 'nodes', subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS, cidrMask: 19 },
        { name: 'data', subnetType: ec2.SubnetType.PRIVATE_ISOLATED, cidrMask: 24 },
      ],
      gatewayEndpoints: { s3: { service: ec2.GatewayVpcEndpointAwsService.S3 } },
      flowLogs: {
        all: {
          trafficType: ec2.FlowLogTrafficType.REJECT,
          destination: ec2.FlowLogDestination.toS3(this.logBucket, 'vpc-flow', {
            fileFormat: ec2.FlowLogFileFormat.PARQUET,
            hiveCompatiblePartitions: true,
          }),
        },
      },
    });
    this.#addEndpoints(environment);

    output(this, 'VpcId', this.vpc.vpcId);
    output(this, 'PublicCidrs', this.vpc.publicSubnets.map((subnet) => subnet.ipv4CidrBlock).join(','));
    output(this, 'DataCidrs', this.vpc.isolatedSubnets.map((subnet) => subnet.ipv4CidrBlock).join(','));
    output(this, 'LogBucket', this.logBucket.bucketName);
  }

  #addEndpoints({ cidr, zones, endpointZones }: Environment): void {
    const group = new ec2.SecurityGroup(this, 'endpoints', {
      vpc: this.vpc,
      description: 'Endpoints of AWS services',
      allowAllOutbound: false,
    });
    group.addIngressRule(ec2.Peer.ipv4(cidr), ec2.Port.tcp(443), 'AWS services, from the VPC');
    for (const [name, service] of Object.entries(ENDPOINTS)) {
      this.vpc.addInterfaceEndpoint(name, {
        service,
        securityGroups: [group],
        open: false,
        subnets: {
          subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS,
          availabilityZones: zones.slice(0, endpointZones),
        },
      });
    }
  }
}
