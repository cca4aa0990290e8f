import { ports, publicServices } from '@anb/topology';
import { k8s } from 'cdk8s-plus-28';
import { Construct } from 'constructs';
import { KubeObject } from '../template/kube-object.ts';
import { both, Expression, type Placeholder, type Templated, text } from '../template/placeholders.ts';
import { values } from '../values.ts';
import { image, labels, metadata, named, releaseLabels, selectorLabels } from './names.ts';
import { DEV_CLOUD_PORT, egressTo } from './network-policy.ts';
import { containerSecurity, imagePullSecrets, podSecurity, scratchMount, scratchVolume, TMP } from './pod.ts';
import { serviceUrls } from './toolbox.ts';

const { database, dev: v, queue, secrets, storage } = values;

interface BackendOptions {
  readonly image: Expression<string>;
  readonly args?: readonly string[];
  readonly port: number | Expression<number>;
  readonly env: Record<string, Templated<string> | { secretKeyRef: object }>;
  /** Where its data lie; a volume that outlives the pod. */
  readonly dataDir?: string;
  readonly user?: number;
  readonly writable?: readonly string[];
  readonly probe: Templated<k8s.Probe>;
  readonly callers: Templated<k8s.NetworkPolicyPeer[]>;
  readonly egress?: Templated<k8s.NetworkPolicyEgressRule[]>;
}

/** A server that stands in for what AWS has, one pod of it. */
class Backend extends Construct {
  constructor(scope: Construct, name: string, options: BackendOptions) {
    super(scope, name);
    const { dataDir, user, port } = options;
    const writable = (options.writable ?? []).map((path) => ({ ...TMP, path }));
    const pod: Templated<k8s.PodSpec> = {
      automountServiceAccountToken: false,
      enableServiceLinks: false,
      imagePullSecrets,
      securityContext: user
        ? { ...podSecurity, runAsUser: user, runAsGroup: user, fsGroup: user }
        : podSecurity,
      containers: [
        {
          name,
          image: options.image,
          imagePullPolicy: values.image.pullPolicy,
          args: options.args,
          ports: [{ name: 'main', containerPort: port }],
          env: Object.entries(options.env).map(([key, value]) =>
            value instanceof Object && 'secretKeyRef' in value
              ? { name: key, valueFrom: value as k8s.EnvVarSource }
              : { name: key, value: value as Placeholder },
          ),
          resources: { requests: { cpu: '100m', memory: '128Mi' }, limits: { memory: '512Mi' } },
          securityContext: containerSecurity,
          startupProbe: { ...options.probe, periodSeconds: 1, failureThreshold: 60 },
          readinessProbe: { ...options.probe, periodSeconds: 2 },
          livenessProbe: { ...options.probe, periodSeconds: 10, failureThreshold: 6 },
          volumeMounts: [
            scratchMount(TMP),
            ...writable.map(scratchMount),
            ...(dataDir ? [{ name: 'data', mountPath: dataDir }] : []),
          ],
        },
      ],
      volumes: [scratchVolume(TMP), ...writable.map(scratchVolume)],
    };
    new KubeObject<k8s.KubeStatefulSetProps>(
      this,
      'stateful-set',
      k8s.KubeStatefulSet.GVK,
      {
        metadata: metadata(name),
        spec: {
          serviceName: named(name),
          selector: { matchLabels: selectorLabels(name) },
          template: { metadata: { labels: labels(name) }, spec: pod },
          volumeClaimTemplates: dataDir
            ? [
                {
                  metadata: { name: 'data' },
                  spec: {
                    accessModes: ['ReadWriteOnce'],
                    resources: { requests: { storage: v.storageSize } },
                  },
                },
              ]
            : undefined,
        },
      } as Templated<k8s.KubeStatefulSetProps>,
      v.enabled,
    );
    new KubeObject<k8s.KubeServiceProps>(
      this,
      'service',
      k8s.KubeService.GVK,
      {
        metadata: metadata(name),
        spec: { selector: selectorLabels(name), ports: [{ name: 'main', port, targetPort: 'main' }] },
      },
      v.enabled,
    );
    new KubeObject<k8s.KubeNetworkPolicyProps>(
      this,
      'network-policy',
      k8s.KubeNetworkPolicy.GVK,
      {
        metadata: metadata(name),
        spec: {
          podSelector: { matchLabels: selectorLabels(name) },
          policyTypes: ['Ingress', 'Egress'],
          ingress: [{ from: options.callers, ports: [{ protocol: 'TCP', port }] }],
          egress: options.egress,
        },
      },
      both(v.enabled, values.networkPolicy.enabled),
    );
  }
}

const ourPods = [{ podSelector: { matchLabels: releaseLabels } }];

/** Postgres, S3, SQS and the load balancer of a development cluster; off unless asked for. */
export class DevBackends extends Construct {
  constructor(scope: Construct) {
    super(scope, 'dev');
    this.#secrets();
    new Backend(this, 'postgres', {
      image: v.postgresImage,
      port: database.port,
      user: 999,
      dataDir: '/var/lib/postgresql',
      writable: ['/run'],
      env: {
        POSTGRES_DB: database.name,
        POSTGRES_USER: { secretKeyRef: keyOf(secrets.master, secrets.master.usernameKey) },
        POSTGRES_PASSWORD: { secretKeyRef: keyOf(secrets.master, secrets.master.passwordKey) },
        PGPORT: text`${database.port}`,
      },
      probe: { exec: { command: ['pg_isready', '--host=127.0.0.1'] } },
      callers: ourPods,
    });
    new Backend(this, 'cloud', {
      image: image(v.image),
      args: ['packages/local-cloud/src/main.ts'],
      port: DEV_CLOUD_PORT,
      dataDir: '/data',
      env: {
        HOST: '0.0.0.0',
        PORT: String(DEV_CLOUD_PORT),
        DATA_DIR: '/data',
        BUCKET: storage.bucket,
        QUEUE: new Expression(
          `base ${queue.url.source}`,
          new URL(queue.url.plain).pathname.split('/')[2] ?? '',
        ),
        VISIBILITY_SECONDS: text`${queue.visibilitySeconds}`,
      },
      probe: { tcpSocket: { port: 'main' } },
      callers: ourPods,
    });
    new Backend(this, 'gateway', {
      image: image(v.image),
      args: ['packages/local-gateway/src/main.ts'],
      port: ports.http,
      env: {
        HOST: '0.0.0.0',
        PORT: String(ports.http),
        ...serviceUrls,
        STORE_URL: text`http://${named('cloud')}:${String(DEV_CLOUD_PORT)}`,
      },
      probe: { tcpSocket: { port: 'main' } },
      callers: ourPods,
      egress: egressTo([...publicServices, 'cloud']),
    });
  }

  /** Made at the first installation, kept by the later ones. */
  #secrets(): void {
    const { smtp: _, ...needed } = secrets;
    for (const [id, { existingSecret }] of Object.entries(needed))
      new KubeObject<k8s.KubeSecretProps>(
        this,
        `secret-${id}`,
        k8s.KubeSecret.GVK,
        {
          metadata: { name: existingSecret, labels: labels('secrets') },
          data: new Expression(`include "rising-stars.devSecret" (list . .Values.secrets.${id}) | fromYaml`, {
            made: 'at installation',
          }),
        },
        v.enabled,
      );
  }
}

const keyOf = ({ existingSecret }: { existingSecret: Expression<string> }, key: Expression<string>) => ({
  name: existingSecret,
  key,
});
