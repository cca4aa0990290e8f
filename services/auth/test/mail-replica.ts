import { openDatabase } from '@anb/service-kit/database';
import { createLog } from '@anb/service-kit/log';
import { Registry } from 'prom-client';
import { MailPublisher } from '../src/mail-publisher.ts';
import { createMailSender } from '../src/mail-sender.ts';

// A publisher for mail-delivery.test.ts to kill: the database's URL and the mail server's are its arguments.
const [databaseUrl = '', url = ''] = process.argv.slice(2);
const log = createLog('replica', 'silent');
new MailPublisher({
  sql: openDatabase({ url: databaseUrl, max: 2, applicationName: 'replica' }),
  send: createMailSender({ url, from: 'no-reply@anb.example', log }),
  log,
  registry: new Registry(),
  publicUrl: 'https://anb.example',
  takenSeconds: 2,
}).start();
