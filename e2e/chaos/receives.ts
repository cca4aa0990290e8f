import type { Tap } from '@anb/testing/tcp-proxy';

/** Counts, on the wire, how often the queue has handed out each video's messages. */
export class Receives {
  readonly #most = new Map<string, number>();

  /** The highest count that any message of this video has reached. */
  of(videoId: string): number {
    return this.#most.get(videoId) ?? 0;
  }

  readonly tap = (): Tap => (way, chunk) => {
    if (way === 'answer') {
      const text = chunk.toString('utf8');
      if (text.includes('ReceiptHandle')) this.#read(text.slice(text.indexOf('{')));
    }
    return true;
  };

  #read(json: string): void {
    const { Messages = [] } = JSON.parse(json) as {
      Messages?: { Body: string; Attributes?: { ApproximateReceiveCount?: string } }[];
    };
    for (const { Body, Attributes } of Messages) {
      const videoId = /"video_id":"([^"]+)"/.exec(Body)?.[1];
      const receives = Number(Attributes?.ApproximateReceiveCount ?? 1);
      if (videoId) this.#most.set(videoId, Math.max(this.of(videoId), receives));
    }
  }
}
