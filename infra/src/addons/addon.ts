import type { Environment } from '../environment.ts';

/** What the add-ons' values are made of: outputs of the stacks, and the region. */
export interface Place {
  readonly region: string;
  readonly clusterName: string;
  readonly clusterArn: string;
  readonly vpcId: string;
  /** Where Alertmanager sends what CloudWatch's alarms go to as well. */
  readonly alarmTopicArn: string;
}

interface Addon {
  readonly name: string;
  readonly version: string;
  readonly namespace: string;
  /** Set, it has a role in AWS, by EKS Pod Identity. */
  readonly serviceAccount?: string;
  readonly why: string;
  /** Who says that this version goes with this Kubernetes. */
  readonly source: string;
}

/** Installed by EKS: the cluster stack makes it. */
export interface EksAddon extends Addon {
  readonly kind: 'eks';
  /** A node is not ready without it. */
  readonly isBeforeNodes?: boolean;
  readonly configuration: (environment: Environment) => Record<string, unknown>;
}

/** Installed by `npm run infra:addons`. */
export interface ChartAddon extends Addon {
  readonly kind: 'chart';
  readonly chart: string;
  readonly repository: string;
  readonly values: (place: Place) => Record<string, unknown>;
}

export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: {
    readonly name: string;
    readonly namespace?: string;
    readonly labels?: Readonly<Record<string, string>>;
    readonly annotations?: Readonly<Record<string, string>>;
  };
  readonly [field: string]: unknown;
}

/** Applied between the charts. */
export interface Manifests {
  readonly kind: 'manifests';
  readonly name: string;
  readonly why: string;
  readonly objects: (place: Place) => readonly Manifest[];
  /** Waited for until it is ready, as kubectl names it. */
  readonly ready?: string;
}
