import type { Contest } from '@anb/api-client/contract';
import { request } from './api.ts';

let asked: Promise<Contest> | undefined;

/** The contest's rules, asked for once a page. @throws Refusal, Offline */
export function contest(): Promise<Contest> {
  asked ??= request<Contest>('GET', '/api/public/contest').catch((error) => {
    asked = undefined;
    throw error;
  });
  return asked;
}
