import { redrive } from '../redrive.ts';
import { openQueues, runCommand } from './command.ts';

// Queues the messages again that SQS gave up handing out, once the cause is mended.
await runCommand('redrive', async () => {
  const { queue, deadLetters } = openQueues();
  const outcome = await redrive(deadLetters, queue);
  queue.close();
  deadLetters.close();
  return { outcome };
});
