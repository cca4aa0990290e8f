import { SQSClient } from '@aws-sdk/client-sqs';
import { readConfig } from './config.ts';
import { createQueues } from './queues.ts';
import { startServer } from './server.ts';

// S3 and SQS without AWS: objects in a folder, queues in memory, every signature believed.
const config = readConfig();
const { port, close } = await startServer({
  host: config.HOST,
  port: config.PORT,
  folder: config.DATA_DIR,
  bucket: config.BUCKET,
});
const endpoint = `http://127.0.0.1:${port}`;
const sqs = new SQSClient({
  endpoint,
  region: 'us-east-1',
  credentials: { accessKeyId: 'local', secretAccessKey: 'local' },
});
const queues = config.QUEUE
  ? await createQueues(sqs, { name: config.QUEUE, visibilitySeconds: config.VISIBILITY_SECONDS })
  : { queueUrl: '', deadLetterUrl: '' };
sqs.destroy();

const stop = () => void close().then(() => process.exit(0));
// Where another process started it, that one's end is this one's end; it may have come by now.
process.on('SIGTERM', stop).on('SIGINT', stop).on('disconnect', stop);

if (process.send)
  process.send({ endpoint, ...queues }, undefined, undefined, (error) => void (error && stop()));
else process.stdout.write(`S3 and SQS on port ${port}${queues.queueUrl && `, queue ${queues.queueUrl}`}\n`);
