import { publicServices } from '@anb/topology';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { type Expression, Gate, itemsOf, not, type Templated, text, when } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { awsConfig, databaseUrl } from './config.ts';
import { databaseConnections, labels, metadata, migrateName, serviceUrl } from './names.ts';
import { ProgramPolicy } from './network-policy.ts';
import { type Config, databaseCaFile, type SecretFile, secretPath, taskPod } from './pod.ts';
import { ServiceAccount } from './program.ts';

const { database, dev, secrets, toolbox: v } = values;
const NAME = 'toolbox';

/** Hooks run before the release's own objects exist, so these bring what they need with them. */
const hook = (events: string, weight: number) => ({
  'helm.sh/hook': events,
  'helm.sh/hook-weight': String(weight),
  'helm.sh/hook-delete-policy': 'before-hook-creation',
});

type Env = Templated<k8s.EnvVar>[];

const variables = (config: Config): Env =>
  Object.entries(config).map(([name, value]) =>
    value instanceof Gate ? when(value.condition, { name, value: value.body }) : { name, value },
  );

const secretVariable = (
  name: string,
  secret: { existingSecret: Expression<string> },
  key: Expression<string>,
) => ({
  name,
  valueFrom: { secretKeyRef: { name: secret.existingSecret, key } },
});

const masterPassword: SecretFile = {
  folder: 'database',
  secret: secrets.master.existingSecret,
  key: secrets.master.passwordKey,
  file: 'password',
};

/** The login that may make roles; `$(DATABASE_USER)` is filled in by the kubelet. */
const masterEnv: Env = [
  secretVariable('DATABASE_USER', secrets.master, secrets.master.usernameKey),
  ...variables({
    DATABASE_URL: databaseUrl('$(DATABASE_USER)'),
    DATABASE_PASSWORD_FILE: secretPath(masterPassword),
    DATABASE_CA_FILE: when(database.caConfigMap, databaseCaFile),
  }),
];

const psqlConfig: Config = {
  PGHOST: database.host,
  PGPORT: text`${database.port}`,
  PGDATABASE: database.name,
  PGUSER: '$(DATABASE_USER)',
  PGSSLMODE: database.sslMode,
  PGSSLROOTCERT: '/tmp/authorities.pem',
};

export const serviceUrls = Object.fromEntries(
  publicServices.map((service) => [`${service.toUpperCase()}_URL`, serviceUrl(service)]),
);

interface ToolOptions {
  readonly tool: string;
  readonly program: string;
  readonly env: Env;
  /** The files that hold the database's password are mounted. */
  readonly database?: boolean;
}

const toolPod = ({ tool, program, env, ...needs }: ToolOptions): Templated<k8s.PodSpec> =>
  taskPod({
    account: NAME,
    values: v,
    name: tool,
    program,
    container: { env: [...env, ...itemsOf(v.extraEnv)], resources: v.resources },
    databaseSecrets: needs.database ? [masterPassword] : [],
  });

const podMetadata = {
  labels: labels(NAME, v.podLabels),
  annotations: v.podAnnotations,
};

/** What operators and the chart itself run now and then. */
export class Toolbox extends Construct {
  constructor(scope: Construct) {
    super(scope, NAME);
    new ServiceAccount(this, NAME, v.serviceAccount, hook('pre-install,pre-upgrade', -10));
    const reach = { database: true, aws: true, services: publicServices };
    new ProgramPolicy(this, NAME, { reach });
    // An upgrade that moves the database migrates before the policy above follows it. Away again when the hooks are
    // done: a hook that is left behind would outlive the policies' being switched off.
    new ProgramPolicy(this, NAME, {
      id: 'migrate-network-policy',
      reach,
      metadata: {
        ...metadata(NAME, 'migrate'),
        annotations: {
          ...hook('pre-install,pre-upgrade', -10),
          'helm.sh/hook-delete-policy': 'before-hook-creation,hook-succeeded',
        },
      },
    });
    this.#migrate();
    this.#smokeTest();
    this.#onDemand('doctor', {
      tool: 'doctor',
      program: 'packages/toolbox/src/doctor.ts',
      database: true,
      env: [
        ...masterEnv,
        ...variables({ ...awsConfig, ...serviceUrls, CONNECTION_BUDGET: databaseConnections }),
      ],
    });
    this.#onDemand('shell', {
      tool: 'shell',
      program: 'packages/toolbox/src/shell.ts',
      database: true,
      env: [
        ...masterEnv,
        ...logins,
        secretVariable('PGPASSWORD', secrets.master, secrets.master.passwordKey),
        ...variables({ ...psqlConfig, ...awsConfig, ...serviceUrls, SHELL_MINUTES: text`${v.shellMinutes}` }),
      ],
    });
  }

  /** Roles and migrations, before the new release's pods; the programs wait for what they need anyway. */
  #migrate(): void {
    new KubeObject<k8s.KubeJobProps>(this, 'migrate', k8s.KubeJob.GVK, {
      metadata: {
        name: migrateName,
        labels: labels(NAME),
        // In a development cluster Postgres comes with the release, so the migration cannot come before it.
        annotations: when(not(dev.enabled), hook('pre-install,pre-upgrade', 0)),
      },
      spec: {
        backoffLimit: 3,
        activeDeadlineSeconds: v.migrateDeadlineSeconds,
        template: {
          metadata: podMetadata,
          spec: toolPod({
            tool: 'migrate',
            program: 'packages/migrate/src/main.ts',
            database: true,
            env: [
              ...masterEnv,
              ...logins,
              // Nothing is rolled out meanwhile; the image of a development cluster's Postgres may take its time.
              ...variables({
                DATABASE_WAIT_SECONDS: when(dev.enabled, text`${v.migrateDeadlineSeconds}`),
              }),
            ],
          }),
        },
      },
    });
  }

  /** `helm test`: signs up, uploads, waits, votes, reads the ranking. */
  #smokeTest(): void {
    new KubeObject<k8s.KubePodProps>(this, 'smoke-test', k8s.KubePod.GVK, {
      metadata: {
        ...metadata(NAME, 'smoke-test'),
        annotations: hook('test', 0),
      },
      spec: toolPod({
        tool: 'smoke',
        program: 'packages/toolbox/src/smoke.ts',
        env: variables(serviceUrls),
      }),
    });
  }

  /** A suspended CronJob is a Job's template: kubectl create job --from=cronjob/… */
  #onDemand(id: string, tool: ToolOptions): void {
    new KubeObject<k8s.KubeCronJobProps>(this, id, k8s.KubeCronJob.GVK, {
      metadata: metadata(NAME, id),
      spec: {
        schedule: '@yearly',
        suspend: true,
        jobTemplate: {
          metadata: { labels: labels(NAME) },
          spec: {
            backoffLimit: 0,
            ttlSecondsAfterFinished: 86_400,
            template: { metadata: podMetadata, spec: toolPod(tool) },
          },
        },
      },
    });
  }
}

const logins: Env = Object.entries({
  AUTH: secrets.auth,
  VIDEOS: secrets.videos,
  VOTES: secrets.votes,
  TRANSCODER: secrets.transcoder,
}).map(([login, secret]) => secretVariable(`${login}_DB_PASSWORD`, secret, secret.passwordKey));
