import { addressKey } from '@anb/service-kit/client-address';
import type { Sql } from '@anb/service-kit/database';
import type { Logger } from '@anb/service-kit/log';
import { SharedRate } from '@anb/service-kit/shared-rate';

export interface VoteLimitsOptions {
  sql: Sql;
  log: Logger;
  /** Of one account and of one address, behind which a whole school or a mobile carrier's customers may be. */
  perMinute: { user: number; address: number };
}

export const voteLimits = ['votes_user', 'votes_address'];

/**
 * How many votes are taken: a minute's worth at once, and so many a minute as time goes on. An address has only those
 * counted that were recorded, of which an account has one a clip: to use up all others' takes many of both.
 */
export class VoteLimits {
  readonly #user: SharedRate;
  readonly #address: SharedRate;

  constructor({ sql, log, perMinute: { user, address } }: VoteLimitsOptions) {
    this.#user = new SharedRate({ sql, log, name: 'votes_user', burst: user, perMinute: user });
    this.#address = new SharedRate({ sql, log, name: 'votes_address', burst: address, perMinute: address });
  }

  /** @throws ApiError 429 when there were too many */
  take(userId: number, clientAddress: string): void {
    this.#address.require(addressKey(clientAddress));
    this.#user.take(String(userId));
  }

  noteRecorded(clientAddress: string): void {
    this.#address.count(addressKey(clientAddress));
  }

  start(): void {
    this.#user.start();
    this.#address.start();
  }

  async stop(): Promise<void> {
    await Promise.all([this.#user.stop(), this.#address.stop()]);
  }
}
