/** What everything of an environment is called, or how its name begins. */
export const nameOf = ({ name }: Pick<Environment, 'name'>) => `rising-stars-${name}`;

/** One installation of the platform: everything that an environment may decide. All else is the same everywhere. */
export interface Environment {
  /** First part of every stack's name, with `rising-stars`. */
  readonly name: string;
  /** Set, no other account's credentials can deploy it. */
  readonly account?: string;
  readonly region: string;
  /** Two or more availability zones. A name is another place in each account, and EKS is not in use1-az3: `aws ec2 describe-availability-zones`. */
  readonly zones: readonly string[];
  /** The VPC's addresses, a /16. */
  readonly cidr: string;
  /** One NAT gateway for all zones is cheap; one per zone survives the loss of a zone. */
  readonly natGateways: number;
  /** In how many zones the endpoints of AWS' services stand; each costs by the hour in each. */
  readonly endpointZones: number;
  readonly domain: Domain;
  readonly database: Database;
  readonly nodes: { readonly web: NodeGroup; readonly transcode: NodeGroup };
  /** Pods of each program, at least and at most. */
  readonly replicas: Readonly<Record<'auth' | 'videos' | 'votes' | 'portal' | 'transcoder', Replicas>>;
  /** Requests from one address within five minutes, above which the web ACL answers 429. A school or a mobile carrier shares one. */
  readonly requestsPerAddress: number;
  /** Whom the portal names for questions about rules and personal data. */
  readonly contactEmail: string;
  /** Where alarms and the budget's warnings go. */
  readonly alarmEmail: string;
  /** In US dollars a month. */
  readonly budget: number;
  /** Who may deploy from CI: GitHub's tokens of this repository, for this of its environments. */
  readonly ci: {
    /** As in `owner/name`. */
    readonly repository: string;
    readonly environment: string;
    /** GitHub is known to the account already, as where another environment shares it. */
    readonly providerExists?: boolean;
  };
  /** How busy the contest is; the cost model's alone. */
  readonly workload: Workload;
}

export interface Domain {
  /** The host of PUBLIC_URL. */
  readonly portal: string;
  /** The host of MEDIA_BASE_URL. */
  readonly media: string;
  /** The zone in Route 53 that holds both names. */
  readonly hostedZone: { readonly id: string; readonly name: string };
}

export interface Database {
  /** Without the `db.`, as in `m7g.large`. */
  readonly instanceType: string;
  readonly storageGb: number;
  readonly maxStorageGb: number;
  /** Of the server; the chart refuses a scale that could use more than 80 %. */
  readonly maxConnections: number;
  /** How far back a restore can reach; deleted media are kept as long. */
  readonly backupDays: number;
}

export interface Range {
  readonly min: number;
  readonly max: number;
}

export interface Replicas extends Range {
  /** What each requests, as in `500m`; the chart's own when not given. */
  readonly cpu?: string;
}

export interface NodeGroup extends Range {
  /** 2 vCPU and 2 GiB at least, all of one architecture. Spot takes whichever is there. */
  readonly instanceTypes: readonly string[];
}

/** What a contest asks of its platform on one day. */
export interface Day {
  /** In how many hours nearly all of it comes. */
  readonly hours: number;
  /** Pages and API answers. */
  readonly requests: number;
  /** Of the busiest hour of the day, a second. */
  readonly peakRequestsPerSecond: number;
  readonly votes: number;
  readonly peakVotesPerSecond: number;
  /** And sign-ups: each is a password's hash. */
  readonly signIns: number;
  readonly peakSignInsPerSecond: number;
  readonly mails: number;
  /** Hours that people watch the ranking live, of all of them together; and how many do at once. */
  readonly liveHours: number;
  readonly peakLive: number;
  /** Clips uploaded, and their mean size in MB. */
  readonly uploads: number;
  readonly uploadMb: number;
  /** Clips watched to the end. */
  readonly views: number;
}

export interface Workload {
  readonly normalDay: Day;
  /** The night of the final: one evening, on top of its day. */
  readonly finalNight: Day;
  /** Mean size of a showcase clip. The bench's has 4 MB of synthetic pictures; 14 Mbit/s, the most there is, are 53. */
  readonly clipMb: number;
  /** Months whose uploads the bucket holds: originals stay as long as their video. */
  readonly monthsStored: number;
}
