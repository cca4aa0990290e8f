import { Offline } from './api.ts';
import { rest } from './rest.ts';
import { call } from './session.ts';
import { type PutOptions, StoreRefusal, type Transport } from './upload.ts';

/** Without a byte gone out, or without an answer to the last one, a connection is dead. */
const SILENCE_MS = 60_000;

/** Of `fetch` nobody hears how much of a body has gone. */
function put(url: string, part: Blob, { onSent, signal }: PutOptions): Promise<string> {
  return new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const giveUp = () => request.abort();
    let silence = setTimeout(giveUp, SILENCE_MS);
    const isAlive = () => {
      clearTimeout(silence);
      silence = setTimeout(giveUp, SILENCE_MS);
    };
    request.upload.onprogress = ({ loaded }) => {
      isAlive();
      onSent(loaded);
    };
    request.onload = () => {
      const etag = request.getResponseHeader('etag');
      if (request.status < 300 && etag) resolve(etag);
      else reject(new StoreRefusal(request.status));
    };
    request.onerror = () => reject(new Offline('the store was not reached'));
    request.onabort = () =>
      reject(signal.aborted ? signal.reason : new Offline('the network is gone, or the store was silent'));
    request.onloadend = () => {
      clearTimeout(silence);
      signal.removeEventListener('abort', giveUp);
      removeEventListener('offline', giveUp);
    };
    signal.addEventListener('abort', giveUp);
    // A connection does not notice for minutes that its network is gone.
    addEventListener('offline', giveUp);
    request.open('PUT', url);
    request.send(part);
  });
}

export const browserTransport: Transport = { call, put, rest };
