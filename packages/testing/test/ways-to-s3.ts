import { once } from 'node:events';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { runInThisContext } from 'node:vm';
import { ObjectStore } from '@anb/service-kit/objects';
import { PART_BYTES } from '@anb/service-kit/part-buffers';
import { watchCallers } from '../src/callers.ts';

/** Programs and a test in one process, as in a fork of vitest; each goes to S3 in another way. */

const { S3_BUCKET: bucket = '', S3_ENDPOINT: endpoint = '' } = process.env;
watchCallers(ObjectStore);
const options = { bucket, endpoint, region: 'us-east-1' };
const store = new ObjectStore(options);

type Way = (store: ObjectStore, ...more: unknown[]) => Promise<void>;
const root = join(import.meta.dirname, '../../..');
/** Code as if it stood in a file. */
const at = <T = Way>(file: string, code: string): T =>
  runInThisContext(`(${code})`, { filename: join(root, file) });

/** Twice a part, a little at a time, as the network brings it. */
async function* slowly() {
  const chunk = Buffer.alloc(PART_BYTES / 2);
  for (let sent = 0; sent < 2 * PART_BYTES; sent += chunk.length) {
    await sleep(1);
    yield chunk;
  }
}
const headers = { contentType: 'video/mp4' };

await at(
  'services/awaits/src/a.ts',
  `async (store) => { await store.head('a/1'); await store.head('b/1'); }`,
)(store);
// Of a promise with two that wait for it the stack tells no callers.
await at(
  'services/streams/src/upload.ts',
  `async (store, body, headers) => {
    const storing = store.put('a/1', body, headers);
    storing.catch(() => {});
    await storing;
  }`,
)(store, Readable.from(slowly()), headers);
// A list that waits before its first page, and whose steps Node takes for whoever reads it.
const Slow = at<(...words: unknown[]) => typeof ObjectStore>(
  'packages/service-kit/src/slow.ts',
  `(Store, sleep) =>
    class extends Store {
      async *list(prefix) { await sleep(1); yield* super.list(prefix); }
    }`,
)(ObjectStore, sleep);
watchCallers(Slow);
const slow = new Slow(options);
await at(
  'services/steps/src/audit.ts',
  `async (store, from) => { for await (const { key } of from(store.list(''))) await store.head(key); }`,
)(slow, Readable.from);
slow.close();
await at(
  'services/signs/src/a.ts',
  `async (store) => { await Promise.all(['a/1', 'b/1'].map((key) => store.signedUrl(key))); }`,
)(store);
const timer = new EventTarget();
at(
  'services/timers/src/a.ts',
  `(store, timer) => setTimeout(() => store.head('a/1').finally(() => timer.dispatchEvent(new Event('done'))), 1)`,
)(store, timer);
await once(timer, 'done');
await at('packages/toolbox/src/doctor.ts', 'async (store) => { await store.reach(); }')(store);

// A test's own calls, also those that a program has it make, and its way through a program.
await at('services/asks/src/a.ts', 'async (store, ask) => { await ask(); }')(store, () =>
  store.head('test/1'),
);
await at('services/asks/test/a.test.ts', `async (store) => { await store.deleteAll('a/'); }`)(store);
// Without anybody on the stack.
setImmediate(store.head.bind(store, 'lost/1'));
await sleep(100);
store.close();
