import type { City, Contest } from '@anb/api-client/contract';
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

/** Whether its players can qualify; undefined where it can not be told now. */
export const isContestCity = (name: string): Promise<boolean | undefined> =>
  request<City[]>('GET', '/api/public/cities').then(
    (cities) => cities.some(({ city, contest }) => contest && city === name),
    () => undefined,
  );
