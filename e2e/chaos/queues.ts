import { JobQueue } from '@anb/service-kit/queue';
import { PurgeQueueCommand, SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';

const credentials = { accessKeyId: 'local', secretAccessKey: 'local' };
const region = 'us-east-1';

/** The transcode queue and its dead letters, past every proxy. */
export class Queues {
  readonly transcode: JobQueue;
  readonly deadLetters: JobQueue;
  readonly #client: SQSClient;
  readonly #queueUrl: string;
  readonly #deadLetterUrl: string;

  constructor(endpoint: string, queueUrl: string, deadLetterUrl: string) {
    this.#client = new SQSClient({ endpoint, region, credentials });
    this.#queueUrl = queueUrl;
    this.#deadLetterUrl = deadLetterUrl;
    this.transcode = new JobQueue({ queueUrl, endpoint, region });
    this.deadLetters = new JobQueue({ queueUrl: deadLetterUrl, endpoint, region });
  }

  /** Messages in the transcode queue, in whatever state. */
  async waiting(): Promise<number> {
    const { visible, inFlight, delayed } = await this.transcode.state();
    return visible + inFlight + delayed;
  }

  async sendRaw(body: string): Promise<void> {
    await this.#client.send(new SendMessageCommand({ QueueUrl: this.#queueUrl, MessageBody: body }));
  }

  /** Forgets every message, as the local queue does when it is restarted. */
  async purge(): Promise<void> {
    for (const QueueUrl of [this.#queueUrl, this.#deadLetterUrl]) {
      await this.#client.send(new PurgeQueueCommand({ QueueUrl }));
    }
  }

  close(): void {
    this.#client.destroy();
    this.transcode.close();
    this.deadLetters.close();
  }
}
