import { setImmediate as afterEvents } from 'node:timers/promises';
import type { Sql, TransactionSql } from 'postgres';

type Work = (transaction: TransactionSql) => unknown;

/**
 * Makes `begin` safe against a connection that breaks. postgres.js 3.4 would then roll back on the socket that is
 * gone, which ends the process, and run the rest of the work on the connection's next one, outside a transaction.
 */
export function withSafeTransactions(sql: Sql): Sql {
  const begin = sql.begin as (options: string, work: Work) => Promise<unknown>;
  const safely = async (...args: [Work] | [string, Work]) => {
    const [options, work] = args.length === 1 ? ['', args[0]] : args;
    let over = false;
    const outcome = begin(options, async (transaction) => {
      try {
        return await work(refusingOnce(() => over, transaction));
      } catch (error) {
        // The statement's error and the end of the connection are told in this order, moments apart.
        await afterEvents();
        // Nobody waits for this any more, and an error would have postgres.js roll back.
        if (over) await new Promise(() => {});
        throw error;
      }
    });
    return outcome.finally(() => {
      over = true;
    });
  };
  return Object.assign(sql, { begin: safely as Sql['begin'] });
}

function refusingOnce(isOver: () => boolean, transaction: TransactionSql): TransactionSql {
  return new Proxy(transaction, {
    apply(target, self, args) {
      if (isOver()) throw new Error('the transaction is over: its connection broke');
      return Reflect.apply(target, self, args);
    },
  });
}
