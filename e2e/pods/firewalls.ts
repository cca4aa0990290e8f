import { type Forwarding, firewallOf, type NetworkPolicy } from './firewall.ts';
import { type PodNetwork, setFirewall } from './network.ts';

/** Keeps the rules of every pod's namespace as policies, pods and endpoints are now. */
export class Firewalls {
  readonly #pods = new Map<PodNetwork, Record<string, string>>();
  #last: Promise<void> = Promise.resolve();

  add(network: PodNetwork, labels: Record<string, string>): void {
    this.#pods.set(network, labels);
  }

  remove(network: PodNetwork): void {
    this.#pods.delete(network);
  }

  /** One after the other, so that an older state never wins. */
  update(policies: NetworkPolicy[], forwardings: Forwarding[]): Promise<void> {
    this.#last = this.#last.then(async () => {
      const neighbours = [...this.#pods].map(([{ address }, labels]) => ({ address, labels }));
      const updates = [...this.#pods].map(async ([network, labels]) => {
        const rules = firewallOf(labels, policies, neighbours, forwardings);
        await setFirewall(network, rules).catch((error) => {
          // A pod may have gone in the meantime, with its namespace.
          if (this.#pods.has(network)) throw error;
        });
      });
      await Promise.all(updates);
    });
    return this.#last;
  }
}
