import { Duration, RemovalPolicy } from 'aws-cdk-lib';
import * as ec2 from 'aws-cdk-lib/aws-ec2';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as rds from 'aws-cdk-lib/aws-rds';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { Construct } from 'constructs';
import { acknowledge, acknowledgeManagedPolicies } from './acknowledge.ts';
import { type Environment, nameOf } from './environment.ts';

/** Who logs in, besides the master: each is `anb_<login>` in Postgres, made by the migration. */
export const LOGINS = ['auth', 'videos', 'votes', 'transcoder'] as const;
export type Login = (typeof LOGINS)[number];

const PORT = 5432;
const NAME = 'anb';
const LOGS = ['postgresql', 'upgrade'] as const;

/** On the first of each month, in the small hours of the Americas: for a minute or two new connections are refused. */
const ROTATION = { scheduleExpression: 'cron(0 8 1 * ? *)', duration: '2h' };

interface DatabaseProps {
  vpc: ec2.IVpc;
  key: kms.IKey;
  /** May the data be deleted with the stack? */
  isDisposable: boolean;
}

/** Postgres with a standby in another zone, its master's secret, and one for each login. */
export class Database extends Construct {
  readonly port = PORT;
  readonly databaseName = NAME;
  readonly instance: rds.DatabaseInstance;
  readonly securityGroup: ec2.SecurityGroup;
  readonly logins: Readonly<Record<Login, secretsmanager.Secret>>;
  readonly #props: DatabaseProps;
  readonly #environment: Environment;

  constructor(scope: Construct, id: string, environment: Environment, props: DatabaseProps) {
    super(scope, id);
    this.#props = props;
    this.#environment = environment;
    this.securityGroup = new ec2.SecurityGroup(this, 'security-group', {
      vpc: props.vpc,
      description: 'The database: only who is let in by a rule of its own',
      allowAllOutbound: false,
    });
    this.instance = this.#makeInstance();
    const rotation = this.#makeRotation();
    this.logins = Object.fromEntries(
      LOGINS.map((login) => [login, this.#makeLogin(login, rotation)]),
    ) as Record<Login, secretsmanager.Secret>;
  }

  /** The ARN of the secret in which RDS keeps the master's name and password, and rotates it by itself. */
  get masterSecretArn(): string {
    return (this.instance.node.defaultChild as rds.CfnDBInstance).attrMasterUserSecretSecretArn;
  }

  #makeInstance(): rds.DatabaseInstance {
    const { vpc, key, isDisposable } = this.#props;
    const { name, database } = this.#environment;
    const engine = rds.DatabaseInstanceEngine.postgres({ version: rds.PostgresEngineVersion.VER_18_3 });
    const instance = new rds.DatabaseInstance(this, 'instance', {
      instanceIdentifier: nameOf(this.#environment),
      engine,
      instanceType: new ec2.InstanceType(database.instanceType),
      vpc,
      vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_ISOLATED },
      securityGroups: [this.securityGroup],
      port: PORT,
      databaseName: NAME,
      multiAz: true,
      credentials: rds.Credentials.fromUsername('anb_master'),
      manageMasterUserPassword: true,
      parameterGroup: new rds.ParameterGroup(this, 'parameters', {
        engine,
        description: `Rising Stars, ${name}`,
        parameters: {
          'rds.force_ssl': '1',
          max_connections: String(database.maxConnections),
          log_lock_waits: '1',
          log_min_duration_statement: '1000',
          // Never the values that a statement came with: they are people's.
          log_parameter_max_length: '0',
          log_parameter_max_length_on_error: '0',
        },
      }),
      caCertificate: rds.CaCertificate.RDS_CA_RSA2048_G1,
      storageType: rds.StorageType.GP3,
      allocatedStorage: database.storageGb,
      maxAllocatedStorage: database.maxStorageGb,
      storageEncrypted: true,
      storageEncryptionKey: key,
      backupRetention: Duration.days(database.backupDays),
      preferredBackupWindow: '08:00-09:00',
      preferredMaintenanceWindow: 'tue:09:30-tue:10:30',
      copyTagsToSnapshot: true,
      deleteAutomatedBackups: false,
      deletionProtection: !isDisposable,
      // A last snapshot is kept even then.
      removalPolicy: RemovalPolicy.SNAPSHOT,
      autoMinorVersionUpgrade: true,
      enablePerformanceInsights: true,
      databaseInsightsMode: rds.DatabaseInsightsMode.STANDARD,
      performanceInsightEncryptionKey: key,
      monitoringInterval: Duration.minutes(1),
      cloudwatchLogsExports: [...LOGS],
    });
    instance.node.addDependency(...LOGS.map((log) => this.#makeLog(log)));
    acknowledgeManagedPolicies(
      instance,
      ['service-role/AmazonRDSEnhancedMonitoringRole'],
      "Enhanced monitoring has one policy, which is AWS' own.",
    );
    if (isDisposable)
      acknowledge(instance, 'RDS10', 'Somebody has asked for its deletion; a last snapshot is kept.');
    acknowledge(
      instance,
      'RDS11',
      'Security groups and network policies decide who reaches it; a hidden port adds nothing.',
    );
    return instance;
  }

  /** Or RDS makes one that keeps everything for ever. */
  #makeLog(name: string): logs.LogGroup {
    return new logs.LogGroup(this, `${name}-log`, {
      logGroupName: `/aws/rds/instance/${nameOf(this.#environment)}/${name}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
  }

  /** The network in which the functions stand that change passwords; AWS writes and keeps them. */
  #makeRotation(): ec2.SecurityGroup {
    const group = new ec2.SecurityGroup(this, 'rotation', {
      vpc: this.#props.vpc,
      description: 'Rotation of database passwords',
      allowAllOutbound: false,
    });
    group.addEgressRule(ec2.Peer.ipv4(this.#environment.cidr), ec2.Port.HTTPS, 'Secrets Manager');
    this.securityGroup.addIngressRule(group, ec2.Port.tcp(PORT), 'Rotation of passwords');
    group.addEgressRule(this.securityGroup, ec2.Port.tcp(PORT), 'The database');
    return group;
  }

  #makeLogin(login: Login, rotation: ec2.ISecurityGroup): secretsmanager.Secret {
    const { vpc, key } = this.#props;
    const { name } = this.#environment;
    const secret = new secretsmanager.Secret(this, login, {
      secretName: `rising-stars/${name}/database-${login}`,
      description: `Login anb_${login} of the database`,
      encryptionKey: key,
      generateSecretString: {
        // What AWS' function for rotation reads.
        secretStringTemplate: JSON.stringify({
          engine: 'postgres',
          host: this.instance.dbInstanceEndpointAddress,
          port: PORT,
          dbname: NAME,
          username: `anb_${login}`,
        }),
        generateStringKey: 'password',
        passwordLength: 40,
        excludePunctuation: true,
      },
    });
    const schedule = secret.addRotationSchedule('rotation', {
      hostedRotation: secretsmanager.HostedRotation.postgreSqlSingleUser({
        functionName: `${nameOf(this.#environment)}-rotate-${login}`,
        vpc,
        vpcSubnets: { subnetType: ec2.SubnetType.PRIVATE_WITH_EGRESS },
        securityGroups: [rotation],
        // All marks but - and _: the function asks for one of each kind, and these are plain everywhere.
        excludeCharacters: ` %+~\`#$&*()|[]{}:;<>?!'/@"\\,=^.`,
      }),
      // The login is made by the first migration, after this.
      rotateImmediatelyOnUpdate: false,
    });
    (schedule.node.defaultChild as secretsmanager.CfnRotationSchedule).rotationRules = ROTATION;
    return secret;
  }
}
