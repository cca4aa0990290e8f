import { accounts } from './chapters/accounts.ts';
import { catalogue } from './chapters/catalogue.ts';
import { farewell } from './chapters/farewell.ts';
import { system } from './chapters/system.ts';
import { uploads } from './chapters/uploads.ts';
import { videos } from './chapters/videos.ts';
import { votes } from './chapters/votes.ts';
import type { Chapter } from './step.ts';

/** A whole contest in small, from an empty database or beside the data of others. */
export const scenario: Chapter[] = [system, accounts, videos, uploads, catalogue, votes, farewell];
