import { z } from 'zod';
import {
  block,
  blocks,
  flag,
  int,
  leaf,
  list,
  name,
  oneOf,
  pattern,
  references,
  section,
  strings,
  text,
} from './template/values.ts';

const QUANTITY = z.string().regex(/^\d+(\.\d+)?(m|[kMGT]i?)?$/);
const OCTET = '(25[0-5]|2[0-4]\\d|1?\\d?\\d)';
const CIDR = z
  .string()
  .regex(
    new RegExp(
      `^((${OCTET}\\.){3}${OCTET}/(3[0-2]|[12]?\\d)|[0-9a-fA-F]{0,4}(:[0-9a-fA-F]{0,4}){2,7}/(12[0-8]|1[01]\\d|[1-9]?\\d))$`,
    ),
  );
const PRIVATE_NETWORKS = ['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16'];
const URL_OR_EMPTY = /^(https?:\/\/\S+)?$/;
const ORIGINS_OR_EMPTY = /^(https?:\/\/[^\s,/*]+(,https?:\/\/[^\s,/*]+)*)?$/;
const NAME = /^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/;
const NAME_OR_EMPTY = /^([a-z0-9]([-a-z0-9.]*[a-z0-9])?)?$/;
const REGISTRY = /^([a-z0-9][a-z0-9.-]*(:\d+)?(\/[a-z0-9][\w.-]*)*)?$/;
const CRON = /^(@(hourly|daily|weekly|monthly|yearly)|[\d*/,-]+( [\w*/,-]+){4})$/;
const KEY = /^[-._a-zA-Z0-9]+$/;
const TAG = /^(\w[\w.-]{0,127})?$/;

const image = (repository: string) =>
  section('The image.', {
    repository: pattern(/^[a-z0-9][\w./:-]*$/, repository, 'Below image.registry.'),
    tag: pattern(TAG, '', "image.tag, or else the chart's appVersion, when empty."),
    digest: pattern(/^(sha256:[0-9a-f]{64})?$/, '', 'sha256:…; wins over the tag.'),
  });

const CPU = z.union([QUANTITY, z.number().positive()]);
const quantities = z.object({ cpu: CPU.optional(), memory: QUANTITY }).catchall(QUANTITY);

const resources = (of: { cpu: string; memory: string; memoryLimit: string }) =>
  leaf(
    z.strictObject({ requests: quantities.required(), limits: quantities }),
    { requests: { cpu: of.cpu, memory: of.memory }, limits: { memory: of.memoryLimit } },
    'Autoscaling measures against the requested processor. No limit on it: Node runs one main thread.',
  );

/** Kubernetes' own rules, so that nothing is refused after the migration. */
const LABEL_KEY = z
  .string()
  .regex(/^([a-z0-9]([-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?$/);
const LABEL_VALUE = z.string().regex(/^([A-Za-z0-9]([-\w.]{0,61}[A-Za-z0-9])?)?$/);
const labels = (description: string, value: Record<string, string> = {}) =>
  leaf(z.record(LABEL_KEY, LABEL_VALUE), value, description);

const quantity = (value: string, description: string) => leaf(QUANTITY, value, description);

const serviceAccount = () =>
  section('Who the pods are.', {
    create: flag(true, 'Whether the chart makes it.'),
    name: pattern(NAME_OR_EMPTY, '', 'Its name; `<release>-<service>` when empty.'),
    annotations: strings(
      'For IRSA: eks.amazonaws.com/role-arn. EKS Pod Identity needs none: associate the name with a role.',
    ),
  });

/** Where pods may run. */
const placement = () => ({
  nodeSelector: strings('Labels a node must have.'),
  tolerations: blocks('Taints the pods bear.'),
  affinity: block('Affinity rules.'),
  priorityClassName: pattern(NAME_OR_EMPTY, '', 'The priority class.'),
});

const extraEnv = () => blocks('More environment variables, as in a container: [{name, value}].');
const podLabels = () => labels('More labels on the pods.');

/** What every workload offers, under the keys that podinfo's chart made customary. */
const workload = (of: {
  repository: string;
  cpu: string;
  memory: string;
  memoryLimit: string;
  grace: number;
  podAnnotations?: Record<string, string>;
}) => ({
  image: image(of.repository),
  resources: resources(of),
  serviceAccount: serviceAccount(),
  terminationGracePeriodSeconds: int(
    1,
    7200,
    of.grace,
    'Longer than the pause before the stop and the longest piece of work.',
  ),
  logLevel: oneOf(['trace', 'debug', 'info', 'warn', 'error'], 'info', 'Least serious line that is written.'),
  extraEnv: extraEnv(),
  extraEnvFrom: blocks('More ConfigMaps or Secrets of them: [{secretRef: {name}}].'),
  extraVolumes: blocks('More volumes.'),
  extraVolumeMounts: blocks('More mounts of the main container.'),
  extraContainers: blocks('Containers beside the main one.'),
  initContainers: blocks('Containers that run before it.'),
  podAnnotations: strings('More annotations on the pods.', of.podAnnotations),
  podLabels: podLabels(),
  zoneSpread: oneOf(
    ['ScheduleAnyway', 'DoNotSchedule'],
    'ScheduleAnyway',
    'What happens to a pod that would leave the zones uneven.',
  ),
  ...placement(),
});

export const httpService = (of: {
  repository: string;
  memory: string;
  memoryLimit: string;
  grace?: number;
  deregistration?: number;
}) => ({
  ...workload({ cpu: '250m', grace: 100, ...of }),
  autoscaling: section('Replicas by use of the processor.', {
    enabled: flag(true, 'Off: `replicas` holds.'),
    minReplicas: int(1, 100, 2, 'Never fewer; two survive the loss of a node.'),
    maxReplicas: int(1, 100, 6, 'Never more. Counts against database.maxConnections.'),
    targetCPUUtilizationPercentage: int(10, 100, 65, 'Aimed at, in percent of the requested processor.'),
    scaleUp: section('How it grows.', {
      pods: int(1, 100, 2, 'Pods added at a time.'),
      periodSeconds: int(15, 1800, 60, 'Time between two additions.'),
      stabilizationWindowSeconds: int(0, 3600, 180, 'The load must have lasted so long.'),
    }),
    scaleDown: section('How it shrinks.', {
      pods: int(1, 100, 1, 'Pods removed at a time.'),
      periodSeconds: int(15, 1800, 600, 'Time between two removals.'),
      stabilizationWindowSeconds: int(0, 3600, 600, 'The calm must have lasted so long.'),
    }),
  }),
  replicas: int(0, 100, 2, 'Replicas while autoscaling is off.'),
  podDisruptionBudget: section('What a drain of nodes may take.', {
    enabled: flag(true, 'Whether there is a budget.'),
    maxUnavailable: int(1, 100, 1, 'Pods away at once.'),
  }),
  preStopSleepSeconds: int(
    0,
    600,
    60,
    'Pause before the stop, while the load balancer forgets the pod; at least its health check lag.',
  ),
  deregistrationDelaySeconds: int(
    0,
    3600,
    of.deregistration ?? 30,
    'How long the load balancer lets open requests of a leaving pod go on.',
  ),
});

const databasePool = (value: number, least = 1) => int(least, 100, value, 'Database connections of one pod.');

const secretName = (value: string) => ({
  existingSecret: pattern(NAME, value, 'Name of the Secret.'),
  remoteKey: name(value, "Its name in the external store, when that's in use."),
});

const databaseSecret = (login: string) =>
  section(`Password of the database login anb_${login}.`, {
    ...secretName(`rising-stars-database-${login}`),
    passwordKey: pattern(KEY, 'password', 'Key of the password.'),
  });

export const schema = section('Values of the chart.', {
  fullnameOverride: pattern(
    NAME_OR_EMPTY,
    '',
    "First part of every object's name; the release's name when empty.",
  ),
  enabled: flag(true, 'For the condition of a parent chart; read nowhere else.'),
  global: section('Shared with a parent chart.', {
    imageRegistry: pattern(REGISTRY, '', 'Wins over image.registry.'),
    imagePullSecrets: blocks('Win over image.pullSecrets.'),
  })
    .catchall(z.unknown())
    .describe('Shared with a parent chart.'),
  commonLabels: labels('More labels on every object.'),
  publicUrl: pattern(
    /^https?:\/\/[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*(:\d+)?$/,
    'https://showcase.example.com',
    'How browsers reach the system. The ingress answers for its host.',
  ),
  mediaBaseUrl: pattern(URL_OR_EMPTY, '', 'Where a CDN serves the clips; {publicUrl}/media when empty.'),
  corsOrigins: pattern(
    ORIGINS_OR_EMPTY,
    '',
    'Other sites whose scripts may read the answers, with commas between: https://app.example.com. None when empty.',
  ),

  contactEmail: pattern(
    /^([^\s@]+@[^\s@]+)?$/,
    '',
    "The organisation's address, for who asks about the rules or their data; the portal's terms and privacy pages name it.",
  ),

  image: section('Holds for every image.', {
    registry: pattern(REGISTRY, '', 'As in 123456789012.dkr.ecr.us-east-1.amazonaws.com.'),
    tag: pattern(TAG, '', "The chart's appVersion when empty."),
    pullPolicy: oneOf(['IfNotPresent', 'Always', 'Never'], 'IfNotPresent', 'When the kubelet pulls.'),
    pullSecrets: blocks('Secrets to pull with: [{name}].'),
  }),

  aws: section('The account.', {
    region: name('us-east-1', 'Region of the bucket and the queue.'),
  }),
  database: section('Postgres (RDS).', {
    host: pattern(/^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/, 'postgres.example.internal', 'Its address.'),
    port: int(1, 65_535, 5432, 'Its port.'),
    name: pattern(
      /^[a-z_][a-z0-9_-]*$/,
      'anb',
      "The database, which the master owns. The logins are the server's: one installation per server.",
    ),
    sslMode: oneOf(
      ['verify-full', 'disable'],
      'verify-full',
      "verify-full knows Amazon RDS' authorities and the public ones; for others see caConfigMap.",
    ),
    caConfigMap: pattern(NAME_OR_EMPTY, '', 'ConfigMap whose key ca.pem holds further authorities.'),
    maxConnections: int(
      20,
      100_000,
      450,
      'max_connections of the server (450 is RDS with 4 GiB). A rollout at full scale that could use more than 80 % is refused.',
    ),
  }),
  storage: section('S3.', {
    bucket: pattern(
      /^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/,
      'rising-stars-media',
      "The bucket of originals and clips; this installation's alone, for an audit names whatever else is in it.",
    ),
    endpoint: pattern(URL_OR_EMPTY, '', 'Another S3 server, for development.'),
    publicEndpoint: pattern(URL_OR_EMPTY, '', 'Where browsers reach that server.'),
  }),
  queue: section('SQS.', {
    url: pattern(
      /^https?:\/\/[^\s/]+\/\d{12}\/[\w.-]+$/,
      'https://sqs.us-east-1.amazonaws.com/000000000000/rising-stars-transcode',
      'The queue of transcode jobs.',
    ),
    deadLetterUrl: pattern(
      /^(https?:\/\/[^\s/]+\/\d{12}\/[\w.-]+)?$/,
      'https://sqs.us-east-1.amazonaws.com/000000000000/rising-stars-transcode-dead-letters',
      'Where a job goes after too many receives (ten); for the metrics.',
    ),
    endpoint: pattern(URL_OR_EMPTY, '', 'Another SQS server, for development.'),
    visibilitySeconds: int(5, 600, 30, 'How long a job stays with a worker that gives no sign of life.'),
  }),

  mail: section(
    'The mail server: codes that verify an address, links that reset a password, news of clips.',
    {
      host: pattern(
        /^[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?$/,
        'smtp.example.internal',
        'Its address, as in email-smtp.us-east-1.amazonaws.com.',
      ),
      port: int(1, 65_535, 587, 'Its port.'),
      tls: oneOf(
        ['starttls', 'implicit', 'off'],
        'starttls',
        'starttls (587) and implicit (465) send nothing without TLS; off is for a relay beside the pods.',
      ),
      username: text('', 'Who signs in, with the password in secrets.smtp; nobody when empty.'),
      from: pattern(
        /^([^<>@"]+ )?<?[^\s<>@",]+@[^\s<>@",]+>?$/,
        'ANB Rising Stars <no-reply@showcase.example.com>',
        'The sender, which the server must allow.',
      ),
    },
  ),

  secrets: section('Secrets that must exist in the namespace, or be brought by externalSecrets.', {
    master: section('Login that makes roles and migrates (the master user of RDS).', {
      ...secretName('rising-stars-database-master'),
      usernameKey: pattern(KEY, 'username', 'Key of its name.'),
      passwordKey: pattern(KEY, 'password', 'Key of its password.'),
    }),
    auth: databaseSecret('auth'),
    videos: databaseSecret('videos'),
    votes: databaseSecret('votes'),
    transcoder: databaseSecret('transcoder'),
    signingKey: section(
      'Keys that sign access tokens: each entry is an EC P-256 private key (PEM), whatever its name.',
      secretName('rising-stars-signing-key'),
    ),
    smtp: section('Password of mail.username; read only when that is set.', {
      ...secretName('rising-stars-smtp'),
      passwordKey: pattern(KEY, 'password', 'Key of the password.'),
    }),
  }),
  challenge: section('A bot challenge at sign-up and vote: Turnstile, hCaptcha, reCAPTCHA.', {
    verifyUrl: pattern(
      /^(https:\/\/[^\s/:]+\/\S*)?$/,
      '',
      "The provider's siteverify, as in https://challenges.cloudflare.com/turnstile/v0/siteverify; no challenge when empty.",
    ),
    ...secretName('rising-stars-challenge'),
    key: pattern(KEY, 'secret', 'Key of the secret that the provider gave.'),
    scriptUrl: pattern(
      /^(https:\/\/[^\s/:]+\/\S*)?$/,
      '',
      "The provider's script, which shows the widget on the portal's pages, as in https://challenges.cloudflare.com/turnstile/v0/api.js; clients of your own only, when empty.",
    ),
    siteKey: text('', 'The public key that the provider gave with the secret; the widget needs it.'),
  }),
  externalSecrets: section('The secrets from AWS Secrets Manager, by the External Secrets operator.', {
    enabled: flag(false, 'Makes an ExternalSecret for each entry of `secrets`, from its remoteKey.'),
    store: section('Where they come from.', {
      kind: oneOf(['SecretStore', 'ClusterSecretStore'], 'ClusterSecretStore', 'Its kind.'),
      name: name('aws-secrets-manager', 'Its name.'),
    }),
    refreshInterval: pattern(/^\d+(s|m|h)$/, '15m', 'How soon a rotated secret arrives.'),
  }),

  auth: section('Accounts, sessions, keys.', {
    ...httpService({
      repository: 'rising-stars-auth',
      memory: '192Mi',
      memoryLimit: '384Mi',
    }),
    databasePool: databasePool(5),
    hashConcurrency: int(1, 16, 2, 'Passwords hashed at once by a pod; 19 MiB each.'),
  }),
  videos: section('Catalogue, uploads, outbox.', {
    ...httpService({
      repository: 'rising-stars-videos',
      memory: '256Mi',
      // 128 uploads at once hold 5 MiB each; round after round of them was measured at 1000 MiB.
      memoryLimit: '1280Mi',
      grace: 960,
      deregistration: 900,
    }),
    databasePool: databasePool(10, 2),
    maxUploadMb: int(1, 1000, 100, 'Largest clip that comes through the service, in MiB.'),
    maxDirectUploadMb: int(1, 5000, 500, 'Largest clip that goes to the bucket directly, in MiB.'),
    maxVideosPerPlayer: int(
      1,
      100_000,
      100,
      'Videos that a player may have; then one must be deleted first.',
    ),
    maxDirectUploads: int(1, 1000, 5, 'Direct uploads that a player may have under way.'),
    commands: section('What runs beside the pods, as Jobs: clean-up, audit, redrive, requeue.', {
      cleanUp: section('Removes abandoned uploads, and what is left of videos that nothing accounts for.', {
        enabled: flag(true, 'Off: it runs when somebody makes a Job of it.'),
        schedule: pattern(CRON, '17 * * * *', 'When it runs, as cron writes it.'),
        abandonedHours: int(
          1,
          720,
          24,
          'How long nobody must have touched them. The bucket keeps unfinished multipart uploads for longer.',
        ),
      }),
      resources: resources({ cpu: '100m', memory: '128Mi', memoryLimit: '384Mi' }),
      podAnnotations: strings('More annotations on their pods, such as one that keeps a mesh out.'),
    }),
  }),
  votes: section('Ballots, rankings.', {
    ...httpService({
      repository: 'rising-stars-votes',
      memory: '192Mi',
      memoryLimit: '768Mi',
    }),
    databasePool: databasePool(10),
    rankingStreams: int(
      1,
      100_000,
      5000,
      'Clients that may watch a ranking live at one replica; each takes up to 60 kB of its memory.',
    ),
    needsVerifiedEmail: flag(
      true,
      'Only voters whose e-mail is verified are counted: one vote an account is fair only if accounts cost something.',
    ),
    votesPerMinute: section('Votes that are taken; then 429.', {
      user: int(1, 1_000_000, 240, 'Of one account.'),
      address: int(
        1,
        1_000_000,
        1200,
        "Of one address: a school's, or a mobile carrier's with thousands behind it.",
      ),
    }),
    flags: section('From when on votes for one video are flagged for organisers to look at.', {
      windowMinutes: int(1, 1440, 15, 'How far back votes are looked at together.'),
      networkVotes: int(2, 1_000_000, 30, 'From one address.'),
      accountVotes: int(2, 1_000_000, 30, 'Of newborn or of unverified accounts,'),
      accountPercent: int(1, 100, 80, 'when they are so much of what the video got.'),
      newbornMinutes: int(1, 10_080, 30, 'How long an account is newborn.'),
    }),
  }),
  portal: section('The pages.', {
    ...httpService({
      repository: 'rising-stars-portal',
      memory: '192Mi',
      // 128 visitors at once, each with a page that nobody else has asked for, were measured at 229 MiB.
      memoryLimit: '384Mi',
    }),
  }),
  transcoder: section('Turns uploads into showcase clips.', {
    ...workload({
      repository: 'rising-stars-transcoder',
      cpu: '1',
      memory: '640Mi',
      memoryLimit: '1200Mi',
      grace: 2700,
      // A node is not emptied under a job that may take as long as the grace period.
      podAnnotations: {
        'karpenter.sh/do-not-disrupt': 'true',
        'cluster-autoscaler.kubernetes.io/safe-to-evict': 'false',
      },
    }),
    databasePool: databasePool(2),
    scratchSize: pattern(
      /^[1-9]\d*(Mi|Gi)$/,
      '2Gi',
      'Room for files in work: the largest upload, direct or not, and 512 MiB for its clip; twice that bears a job that was killed before.',
    ),
    replicas: int(0, 100, 1, 'Replicas while KEDA is off.'),
    keda: section('Workers by length of the queue.', {
      enabled: flag(true, 'Off: `replicas` holds.'),
      minReplicas: int(
        0,
        100,
        1,
        "Never fewer. With 0, a queue that KEDA can't read means no transcoding: its fallback does not lift from zero.",
      ),
      maxReplicas: int(1, 200, 10, 'Never more. Counts against database.maxConnections.'),
      jobsPerReplica: int(1, 100, 1, 'Jobs, waiting or in work, for which there is a worker.'),
      pollingIntervalSeconds: int(5, 300, 15, 'How often the queue is read.'),
      cooldownSeconds: int(0, 3600, 300, 'Calm before the last worker goes (with minReplicas 0).'),
      scaleDownStabilizationSeconds: int(0, 3600, 300, 'Calm before a worker goes.'),
      fallbackReplicas: int(0, 100, 2, 'Workers while the queue can not be read.'),
      roleArn: pattern(
        /^(arn:aws[\w-]*:iam::\d{12}:role\/\S+)?$/,
        '',
        "Role that KEDA's operator takes on to read the queue; its own when empty.",
      ),
    }),
  }),
  toolbox: section('Migrations, doctor, smoke test, and a shell for operators.', {
    image: image('rising-stars-toolbox'),
    resources: resources({ cpu: '100m', memory: '128Mi', memoryLimit: '384Mi' }),
    serviceAccount: serviceAccount(),
    shellMinutes: int(1, 1440, 60, 'How long a shell stays open.'),
    migrateDeadlineSeconds: int(
      60,
      7200,
      900,
      "How long a migration may take; Helm's --timeout must be longer.",
    ),
    podAnnotations: strings('More annotations on the pods, such as one that keeps a mesh out.'),
    podLabels: podLabels(),
    extraEnv: extraEnv(),
    ...placement(),
  }),

  ingress: section('AWS Load Balancer Controller.', {
    enabled: flag(true, 'Whether there is one.'),
    className: name('alb', 'The ingress class.'),
    scheme: oneOf(['internet-facing', 'internal'], 'internet-facing', 'Who reaches it.'),
    certificateArn: pattern(
      /^(arn:aws[\w-]*:acm:\S+)?$/,
      '',
      "Certificate in ACM; found by the host's name when empty.",
    ),
    tls: flag(true, 'HTTPS, with a redirect from HTTP. Off only behind something that ends TLS.'),
    sslPolicy: text(
      'ELBSecurityPolicy-TLS13-1-2-2021-06',
      'Protocols and ciphers; left to the group when empty.',
    ),
    wafAclArn: pattern(/^(none|arn:aws[\w-]*:wafv2:\S+)?$/, '', 'Web ACL (regional); none removes it.'),
    groupName: pattern(
      NAME_OR_EMPTY,
      '',
      'Shares a load balancer with other ingresses of this name. Where two of them differ in sslPolicy, idle time or deletion protection, the controller stops.',
    ),
    inboundCidrs: list(CIDR, 0, [], 'Who may connect; everybody when empty.'),
    idleTimeoutSeconds: int(
      1,
      120,
      120,
      'Idle time before the load balancer closes; the services keep connections for 125 s.',
    ),
    trustedProxyHops: int(
      0,
      5,
      1,
      'Proxies before the pods that append to X-Forwarded-For: the load balancer, and 2 with a CDN before it. Too many, and clients choose the address that limits count by.',
    ),
    deletionProtection: flag(false, 'Whether the load balancer refuses to be deleted.'),
    accessLogsBucket: text('', 'S3 bucket of the access logs; none when empty.'),
    tags: leaf(
      z.record(z.string(), z.string().regex(/^[^,=]*$/)),
      {},
      'Tags on the AWS resources; no commas or equals signs.',
    ),
    annotations: strings('More annotations.'),
  }),

  networkPolicy: section('Everything is denied save what is listed.', {
    enabled: flag(true, "Needs a network plugin that enforces it; in the VPC CNI it's off until enabled."),
    loadBalancerCidrs: list(CIDR, 1, PRIVATE_NETWORKS, "Subnets of the load balancer, which isn't a pod."),
    databaseCidrs: list(CIDR, 1, PRIVATE_NETWORKS, 'Subnets of the database.'),
    awsCidrs: list(
      CIDR,
      1,
      ['0.0.0.0/0'],
      'S3, SQS and STS on port 443. Through a gateway endpoint S3 keeps its public addresses: those of its prefix list must be in.',
    ),
    mailCidrs: list(CIDR, 1, ['0.0.0.0/0'], 'The mail server, on mail.port.'),
    challengeCidrs: list(CIDR, 1, ['0.0.0.0/0'], "The bot challenge's provider, where there is one."),
    monitoringNamespace: name('monitoring', 'Where Prometheus runs.'),
  }),

  monitoring: section('Prometheus operator and Grafana.', {
    enabled: flag(true, 'ServiceMonitors and a PodMonitor.'),
    rules: flag(true, 'The alerts.'),
    dashboard: flag(true, "The dashboard, for Grafana's sidecar."),
    labels: labels('What the Prometheus selects by.', { release: 'kube-prometheus-stack' }),
    interval: pattern(/^\d+s$/, '15s', 'Time between two scrapes.'),
    runbookBase: pattern(
      /^https?:\/\/\S+[^/]$/,
      'https://github.com/example/rising-stars/blob/main/docs/runbooks',
      'Where the runbooks are published.',
    ),
  }),

  dev: section('Backends inside the cluster, for kind and minikube. Nothing in them outlives the cluster.', {
    enabled: flag(false, 'Brings Postgres, S3- and SQS-compatible servers and a gateway.'),
    fileSync: flag(false, 'Programs restart when their files change, which a sync may write.'),
    image: image('rising-stars-dev'),
    postgresImage: name('docker.io/library/postgres:18', 'Image of Postgres.'),
    storageSize: quantity('2Gi', 'Room for the objects.'),
  }),

  extraDeploy: blocks(
    'More objects to deploy with the chart; they come after the migration, so no Secret that it needs.',
  ),
});

/** Every value as the Helm expression that reads it. */
export const values = references(schema);

export type HttpServiceValues = typeof values.portal;
export type WorkerValues = typeof values.transcoder;
export type WorkloadValues = Pick<
  HttpServiceValues,
  keyof HttpServiceValues & keyof typeof values.transcoder
>;
