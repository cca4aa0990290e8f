import type { Contest, OwnVideo, Stage } from './contract.ts';

/** What the API answers organisers. The same as the schemas of /openapi.json. */

/** Whose video it is; without a name when the account is gone. */
interface Player {
  user_id: number;
  user_first_name?: string;
  user_last_name?: string;
}

export type ListedState = OwnVideo['status'] | 'hidden' | 'pending';

export interface Job extends Player {
  video_id: string;
  title: string;
  status: OwnVideo['status'];
  stage?: Stage;
  /** Percent, while it is processed. */
  progress?: number;
  attempts: number;
  /** Workers that died of it. */
  deaths: number;
  /** Whether a worker has it in hand. */
  with_worker: boolean;
  failure_code?: string;
  /** In Spanish. */
  failure_reason?: string;
  uploaded_at: string;
  /** Later than uploaded_at when it was tried again. */
  queued_at: string;
  processed_at?: string;
  is_public: boolean;
  /** For voting. */
  open: boolean;
  hidden: boolean;
  review?: 'pending' | 'approved';
}

export interface InspectedVideo extends Job {
  /** Missing while its player keeps it private, as the poster. */
  processed_url?: string;
  poster_url?: string;
  /** What is said of it and not settled, latest first. */
  reports: string[];
}

export interface Redriven {
  moved: number;
  /** In a shape that no worker can read; they stay. */
  unreadable: number;
  /** False: there are more. */
  is_complete: boolean;
}

export interface ReportedVideo extends Player {
  video_id: string;
  title: string;
  open: boolean;
  hidden: boolean;
  reports: number;
  /** The latest first; five at most. */
  reasons: string[];
  first_reported_at: string;
  last_reported_at: string;
}

export interface ContestCity {
  name: string;
  /** Other ways to write it, as they are compared. */
  aliases: string[];
}

export interface ContestRules extends Omit<Contest, 'result_frozen_at'> {
  review_before_publication: boolean;
  cities: ContestCity[];
}

/** What is left out stays. */
export type ContestChange = Partial<Omit<ContestRules, 'open'>>;

export interface VoteFlag {
  flag_id: number;
  video_id: string;
  /** Missing when the video is gone, as the names when the account is. */
  title?: string;
  user_first_name?: string;
  user_last_name?: string;
  kind: 'network' | 'newborn' | 'unverified';
  /** Stands for an address. */
  network?: string;
  first_at: string;
  last_at: string;
  votes: number;
  newborn: number;
  unverified: number;
  /** By accounts deleted since. */
  gone: number;
  /** All that the video got meanwhile. */
  of_votes: number;
  /** All that it has now. */
  video_votes: number;
  state: 'open' | 'settled';
  settled_at?: string;
  /** By which it was settled; missing: dismissed. */
  voiding_id?: number;
}

export interface Voided {
  /** null after a preview. */
  voiding_id: number | null;
  video_id: string;
  votes: number;
  /** False: there are more than one voiding takes. */
  is_complete: boolean;
}

export interface ResultSummary {
  contest: Pick<Contest, 'name' | 'edition' | 'opens_at' | 'closes_at' | 'finalists_per_city'>;
  /** null: as of now, and not frozen. */
  version: number | null;
  frozen_at: string | null;
  /** SHA-256 of the CSV file as it was frozen, in hex. */
  checksum: string;
  videos: number;
  /** Rows without name and title, whose accounts were deleted since. */
  blanked: number;
}

export interface ResultRow {
  position: number;
  city_position: number;
  qualifies: boolean;
  votes: number;
  video_id: string;
  user_id: number;
  /** null: the account was deleted since. */
  username: string | null;
  title: string | null;
  city: string;
}

export interface Result extends ResultSummary {
  /** How many were frozen, of all editions; they count from 1. */
  versions: number;
  results: ResultRow[];
}
