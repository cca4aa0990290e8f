import { ports } from '@anb/topology';
import type { Cluster } from './cluster.ts';
import { addresses, isOpenFrom, isOpenFromAddress, setFirewall } from './network.ts';

const { database, aws, podIdentity, monitoring, loadBalancer, node } = addresses;
const { http: HTTP, ops: OPS } = ports;
const [POSTGRES, HTTPS] = [5432, 443];

type Way = [from: string, to: string, port: number];

/** From a service's pod, or from an address of the bridge. */
const open: Way[] = [
  ['auth', database, POSTGRES],
  ['videos', database, POSTGRES],
  ['videos', aws, HTTPS],
  ['videos', podIdentity, 80],
  ['transcoder', aws, HTTPS],
  ['portal', 'votes', HTTP],
  ['portal', 'videos', HTTP],
  [loadBalancer, 'auth', HTTP],
  [loadBalancer, 'auth', OPS],
  [monitoring, 'auth', OPS],
  [monitoring, 'transcoder', OPS],
  [node, 'transcoder', OPS],
];
const closed: Way[] = [
  ['portal', database, POSTGRES],
  ['portal', aws, HTTPS],
  ['portal', 'auth', HTTP],
  ['portal', 'transcoder', OPS],
  ['auth', aws, HTTPS],
  ['auth', podIdentity, 80],
  ['auth', 'votes', HTTP],
  ['votes', aws, HTTPS],
  ['transcoder', 'votes', HTTP],
  ['videos', 'transcoder', OPS],
  [loadBalancer, 'transcoder', OPS],
  [monitoring, 'auth', HTTP],
  [database, 'votes', HTTP],
];

/** Which ways are not as the network policies mean them; each is tried. */
export async function reachProblems(cluster: Cluster, release: string): Promise<string[]> {
  const pod = (service: string) => cluster.running(`${release}-${service}`)[0];
  const isOpen = ([from, to, port]: Way) => {
    const host = pod(to)?.address ?? to;
    const source = pod(from);
    return source ? isOpenFrom(source.network, host, port) : isOpenFromAddress(from, host, port);
  };
  const problemOf = async (way: Way, meant: boolean) => {
    const [from, to, port] = way;
    return (await isOpen(way)) === meant ? [] : [`${from} to ${to}:${port} is ${meant ? 'closed' : 'open'}`];
  };
  const found = await Promise.all([
    ...open.map((way) => problemOf(way, true)),
    ...closed.map((way) => problemOf(way, false)),
  ]);
  return found.flat();
}

export const waysTried = open.length + closed.length;

/** Whether the closed ways are closed by the policies alone: without its rules a pod gets everywhere. */
export async function isClosedByPolicyAlone(cluster: Cluster, release: string): Promise<boolean> {
  const [portal] = cluster.running(`${release}-portal`);
  if (!portal) return false;
  await setFirewall(portal.network, '');
  return isOpenFrom(portal.network, database, POSTGRES);
}
