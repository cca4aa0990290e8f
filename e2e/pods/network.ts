import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Who has which address. All but the pods live on the bridge itself. */
export const addresses = {
  /** The kubelet asks from here; Kubernetes lets it always in. */
  node: '10.213.0.1',
  loadBalancer: '10.213.1.1',
  database: '10.213.2.1',
  /** S3 and SQS, as behind VPC endpoints. */
  aws: '10.213.3.1',
  /** CoreDNS, in kube-system. */
  dns: '10.213.4.10',
  /** Prometheus, in monitoring. */
  monitoring: '10.213.5.1',
  /** Where EKS' agent gives credentials to pods. */
  podIdentity: '169.254.170.23',
} as const;

/** The n-th Service; kube-proxy turns it into a pod's. */
export const serviceAddress = (n: number) => `10.213.9.${n + 1}`;
const podAddress = (n: number) => `10.213.10.${n + 1}`;
const BRIDGE = 'pods';

/** The bridge that joins all pods. To be called in a network and mount namespace of one's own. */
export async function openNetwork(): Promise<void> {
  mkdirSync('/run/netns', { recursive: true });
  await run('mount', ['-t', 'tmpfs', 'none', '/run/netns']);
  const { podIdentity, ...others } = addresses;
  await ip([
    'link set lo up',
    // With an address of its own; else it takes that of a port, a new one with every pod, and nobody finds it.
    `link add ${BRIDGE} address 02:00:00:00:00:01 type bridge`,
    `link set ${BRIDGE} up`,
    ...Object.values(others).map((address) => `address add ${address}/16 dev ${BRIDGE}`),
    `address add ${podIdentity}/32 dev ${BRIDGE}`,
  ]);
}

export interface PodNetwork {
  address: string;
  namespace: string;
}

let pods = 0;

/** A network namespace with an address of its own. */
export async function addPodNetwork(): Promise<PodNetwork> {
  const n = pods++;
  const namespace = `pod${n}`;
  const address = podAddress(n);
  await ip([
    `netns add ${namespace}`,
    `link add ${namespace} type veth peer name eth0 netns ${namespace}`,
    `link set ${namespace} master ${BRIDGE} up`,
  ]);
  await ip(
    [
      'link set lo up',
      `address add ${address}/16 dev eth0`,
      'link set eth0 up',
      `route add default via ${addresses.node}`,
    ],
    namespace,
  );
  return { address, namespace };
}

export const removePodNetwork = ({ namespace }: PodNetwork) => ip([`netns delete ${namespace}`]);

function ip(commands: string[], namespace?: string): Promise<void> {
  return feed('ip', [...(namespace ? ['-n', namespace] : []), '-batch', '-'], commands.join('\n'));
}

/** Replaces the rules of a pod's namespace, all at once. */
export const setFirewall = ({ namespace }: PodNetwork, rules: string) =>
  feed('nsenter', [`--net=/run/netns/${namespace}`, 'nft', '-f', '-'], `flush ruleset\n${rules}`);

async function feed(program: string, args: string[], input: string): Promise<void> {
  const child = spawn(program, args, { stdio: ['pipe', 'ignore', 'pipe'] });
  let errors = '';
  child.stderr.on('data', (chunk) => {
    errors += chunk;
  });
  child.stdin.end(`${input}\n`);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program} ${args.join(' ')}: ${errors}\n${input}`);
}

const CLOSED_AFTER_SECONDS = 1;

/** Whether a connection can be opened from inside a pod. */
export async function isOpenFrom({ namespace }: PodNetwork, host: string, port: number): Promise<boolean> {
  const attempt = ['timeout', String(CLOSED_AFTER_SECONDS), 'bash', '-c', `</dev/tcp/${host}/${port}`];
  return run('nsenter', [`--net=/run/netns/${namespace}`, ...attempt]).then(
    () => true,
    () => false,
  );
}

/** Whether a connection can be opened from one of the bridge's addresses. */
export function isOpenFromAddress(localAddress: string, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port, localAddress, timeout: CLOSED_AFTER_SECONDS * 1000 });
    const end = (isOpen: boolean) => {
      socket.destroy();
      resolve(isOpen);
    };
    socket.once('connect', () => end(true));
    socket.once('error', () => end(false)).once('timeout', () => end(false));
  });
}
