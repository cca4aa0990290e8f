import { Agent, type IncomingMessage, request } from 'node:http';
import type { Outcome } from './attempts.ts';

/** A statement may take 5 s and a process stand still for 9; whoever waits longer was forgotten. */
const HUNG_MS = 20_000;
const agent = new Agent({ keepAlive: true, maxSockets: 512 });

export interface Request {
  url: string;
  video: string;
  authorization: string;
  /** Whose vote it is, as the proxy before the service says. */
  address: string;
  /** When the client goes away without waiting for the answer. */
  leaveAfterMs?: number | undefined;
}

/** One vote, sent once: nothing on the way may repeat it. */
export function cast({ url, video, authorization, address, leaveAfterMs }: Request): Promise<Outcome> {
  const { promise, resolve } = Promise.withResolvers<Outcome>();
  const asked = request(`${url}/api/public/videos/${video}/vote`, {
    method: 'POST',
    agent,
    headers: { authorization, 'x-forwarded-for': address },
  });
  const give = (why: 'left' | 'hung') => () => {
    resolve({ kind: 'unknown', why });
    asked.destroy();
  };
  const timers = [setTimeout(give('hung'), HUNG_MS)];
  if (leaveAfterMs !== undefined) timers.push(setTimeout(give('left'), leaveAfterMs));
  const broken = (error: NodeJS.ErrnoException) =>
    resolve(error.code === 'ECONNREFUSED' ? { kind: 'unsent' } : { kind: 'unknown', why: 'cut' });
  asked.on('error', broken).on('response', (answer) => void read(answer).then(resolve, broken));
  asked.end();
  return promise.finally(() => timers.map(clearTimeout));
}

async function read(answer: IncomingMessage): Promise<Outcome> {
  let text = '';
  for await (const chunk of answer.setEncoding('utf8')) text += chunk;
  return outcomeOf(answer.statusCode ?? 0, answer.headers['retry-after'], text);
}

function outcomeOf(status: number, retryAfter: string | undefined, text: string): Outcome {
  const { message, votes, code, error } = fieldsOf(text);
  if (status === 200 && message === 'Voto registrado exitosamente.' && Number.isInteger(votes)) {
    return { kind: 'acked', votes: Number(votes) };
  }
  const isWorded = typeof code === 'string' && typeof error === 'string';
  if (status === 503 && code === 'unavailable' && isWorded && retryAfter) {
    return { kind: 'unknown', why: 'away' };
  }
  if ((status === 400 || status === 404) && isWorded) return { kind: 'refused', code };
  return { kind: 'wrong', answer: `${status} ${text.slice(0, 200)}` };
}

function fieldsOf(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) ?? {};
  } catch {
    return {};
  }
}

/** The votes of each video, as a process shows them to everybody. */
export async function readRanking(url: string): Promise<Map<string, number>> {
  const answer = await fetch(`${url}/api/public/rankings?limit=100`, {
    signal: AbortSignal.timeout(HUNG_MS),
  });
  if (answer.status !== 200) throw new Error(`the ranking was answered ${answer.status}`);
  const rows = (await answer.json()) as { video_id: string; votes: number }[];
  return new Map(rows.map(({ video_id, votes }) => [video_id, votes]));
}

export function closeConnections(): void {
  agent.destroy();
}
