import { AsyncLocalStorage } from 'node:async_hooks';
import type { Socket } from 'node:net';
import { type App, type Message, type Queue, SqsStore } from './fauxqs.ts';

interface Entry {
  MessageBody?: string;
  MessageGroupId?: string;
}

interface Call {
  socket: Socket;
  body: Entry & { Entries?: Entry[] };
}

const calls = new AsyncLocalStorage<Call>();

/** SQS as fauxqs has it, with two things it leaves out. */
export class Queues extends SqsStore {
  override createQueue(...options: unknown[]): Queue {
    const queue = super.createQueue(...options);
    const enqueue = queue.enqueue.bind(queue);
    const dequeue = queue.dequeue.bind(queue);
    // A standard queue, too, gives back the group that a message was sent with.
    queue.enqueue = (message) => enqueue(withGroup(message));
    // A long poll whose client has gone would take a message and hide it from everybody until its visibility ends.
    queue.dequeue = (...wanted) => (calls.getStore()?.socket.writable === false ? [] : dequeue(...wanted));
    return queue;
  }
}

/** Tells the queues whose call they are answering. */
export function trackCalls(app: App): void {
  app.addHook('preHandler', (request, _reply, done) => {
    calls.run({ socket: request.raw.socket, body: (request.body ?? {}) as Call['body'] }, done);
  });
}

function withGroup(message: Message): Message {
  const { body = {} } = calls.getStore() ?? {};
  const sent = [body, ...(body.Entries ?? [])].find(({ MessageBody }) => MessageBody === message.body);
  return sent?.MessageGroupId ? { ...message, messageGroupId: sent.MessageGroupId } : message;
}
