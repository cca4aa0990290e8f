import type { City, Contest } from '@anb/api-client/contract';
import { request } from './api.ts';
import { once } from './once.ts';

/** The contest's rules, asked for once a page. @throws Refusal, Offline */
export const contest = once(() => request<Contest>('GET', '/api/public/contest'));

/** Whether its players can qualify; undefined where it can not be told now. */
export const isContestCity = (name: string): Promise<boolean | undefined> =>
  request<City[]>('GET', '/api/public/cities').then(
    (cities) => cities.some(({ city, contest }) => contest && city === name),
    () => undefined,
  );
