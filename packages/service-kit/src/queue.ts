import {
  ChangeMessageVisibilityCommand,
  DeleteMessageCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SendMessageBatchCommand,
  SQSClient,
} from '@aws-sdk/client-sqs';
import { z } from 'zod';

/** What travels on the transcode queue. */
export const transcodeMessage = z.object({
  video_id: z.uuid(),
  request_id: z.string().optional(),
  /** W3C Trace Context of the request that asked for it. */
  traceparent: z.string().optional(),
});
export type TranscodeMessage = z.infer<typeof transcodeMessage>;

/** What a message says, or null when it is in a shape that nobody here has sent. */
export function readMessage(body: string): TranscodeMessage | null {
  try {
    return transcodeMessage.parse(JSON.parse(body));
  } catch {
    return null;
  }
}

export interface OutgoingMessage extends TranscodeMessage {
  /** Fair queues: a group with many messages waiting does not delay the others. */
  group?: string | undefined;
}

export interface ReceivedMessage {
  body: string;
  receipt: string;
  /** Times it was received, this one included. */
  receives: number;
  sentAt: Date | undefined;
  group: string | undefined;
}

export interface QueueState {
  visible: number;
  inFlight: number;
  delayed: number;
  /** Where messages go that were received too often. */
  redrive: { deadLetterUrl: string; maxReceives: number } | undefined;
}

export interface QueueOptions {
  queueUrl: string;
  region: string;
  endpoint?: string | undefined;
  /** A connection on which nothing moves for so long is dead. */
  silenceMs?: number;
}

/** Longer than the longest poll (20 s). */
const SILENCE_MS = 25_000;

/** One SQS queue. */
export class JobQueue {
  readonly #client: SQSClient;
  readonly url: string;

  constructor({ queueUrl, region, endpoint, silenceMs = SILENCE_MS }: QueueOptions) {
    this.url = queueUrl;
    this.#client = new SQSClient({
      region,
      requestHandler: { connectionTimeout: 3_000, socketTimeout: silenceMs },
      maxAttempts: 2,
      ...(endpoint && { endpoint }),
    });
  }

  /** Sends at most ten messages; answers the places (0-based) of those that the queue took. */
  async send(messages: readonly OutgoingMessage[]): Promise<Set<number>> {
    const answer = await this.#client.send(
      new SendMessageBatchCommand({
        QueueUrl: this.url,
        Entries: messages.map(({ group, ...message }, place) => ({
          Id: String(place),
          MessageBody: JSON.stringify(message),
          ...(group && { MessageGroupId: group }),
        })),
      }),
    );
    return new Set((answer.Successful ?? []).map(({ Id }) => Number(Id)));
  }

  /** Waits up to `waitSeconds` for one message. */
  async receive(
    waitSeconds: number,
    visibilitySeconds: number,
    signal?: AbortSignal,
  ): Promise<ReceivedMessage | null> {
    const answer = await this.#client.send(
      new ReceiveMessageCommand({
        QueueUrl: this.url,
        MaxNumberOfMessages: 1,
        WaitTimeSeconds: waitSeconds,
        VisibilityTimeout: visibilitySeconds,
        MessageSystemAttributeNames: ['ApproximateReceiveCount', 'SentTimestamp', 'MessageGroupId'],
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    const [message] = answer.Messages ?? [];
    if (!message?.ReceiptHandle) return null;
    const sent = message.Attributes?.SentTimestamp;
    return {
      body: message.Body ?? '',
      receipt: message.ReceiptHandle,
      receives: Number(message.Attributes?.ApproximateReceiveCount ?? 1),
      sentAt: sent ? new Date(Number(sent)) : undefined,
      group: message.Attributes?.MessageGroupId,
    };
  }

  async delete(receipt: string): Promise<void> {
    await this.#client.send(new DeleteMessageCommand({ QueueUrl: this.url, ReceiptHandle: receipt }));
  }

  /** Hides the message for so many seconds from now; 0 puts it back at once. */
  async hide(receipt: string, seconds: number, signal?: AbortSignal): Promise<void> {
    await this.#client.send(
      new ChangeMessageVisibilityCommand({
        QueueUrl: this.url,
        ReceiptHandle: receipt,
        VisibilityTimeout: seconds,
      }),
      { ...(signal && { abortSignal: signal }) },
    );
  }

  async state(signal?: AbortSignal): Promise<QueueState> {
    const { Attributes = {} } = await this.#client.send(
      new GetQueueAttributesCommand({
        QueueUrl: this.url,
        AttributeNames: [
          'ApproximateNumberOfMessages',
          'ApproximateNumberOfMessagesNotVisible',
          'ApproximateNumberOfMessagesDelayed',
          'RedrivePolicy',
        ],
      }),
      { ...(signal && { abortSignal: signal }) },
    );
    return {
      visible: Number(Attributes.ApproximateNumberOfMessages ?? 0),
      inFlight: Number(Attributes.ApproximateNumberOfMessagesNotVisible ?? 0),
      delayed: Number(Attributes.ApproximateNumberOfMessagesDelayed ?? 0),
      redrive: this.#redrive(Attributes.RedrivePolicy),
    };
  }

  /** Dead letters stay in the same account and region, so their queue's URL differs by its name alone. */
  #redrive(policy: string | undefined): QueueState['redrive'] {
    if (!policy) return undefined;
    const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(policy);
    const name = String(deadLetterTargetArn).split(':').at(-1) ?? '';
    return {
      deadLetterUrl: this.url.replace(/[^/]+$/, name),
      maxReceives: Number(maxReceiveCount),
    };
  }

  close(): void {
    this.#client.destroy();
  }
}
