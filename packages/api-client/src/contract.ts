/** What the public API answers, for programs that ask it. The same as the schemas of /openapi.json. */

export interface ApiProblem {
  error: string;
  /** Stable, for programs. */
  code: string;
  request_id?: string;
  details?: { field: string; message: string }[];
}

export interface RankingRow {
  /** In what was asked for: the country or the city. */
  position: number;
  video_id: string;
  username: string;
  title: string;
  city: string;
  votes: number;
  /** Would be in the final if voting closed now. */
  qualifies: boolean;
  video_url: string;
  poster_url: string;
}

export interface City {
  city: string;
  /** Whether its players can qualify. */
  contest: boolean;
  videos: number;
  votes: number;
  players: number;
}

export interface Stats {
  videos: number;
  votes: number;
  players: number;
  cities: number;
}

export interface Contest {
  name: string;
  edition: string;
  opens_at: string;
  /** null: not fixed yet. */
  closes_at: string | null;
  open: boolean;
  finalists_per_city: number;
  vote_goal: number;
  /** null: the ranking is provisional. */
  result_frozen_at: string | null;
}

/** A video open for voting, as the public sees it. */
export interface OpenVideo {
  video_id: string;
  user_id: number;
  title: string;
  processed_url: string;
  poster_url: string;
  uploaded_at: string;
  processed_at: string;
  duration_seconds: number;
  votes: number;
  is_public: true;
  user_first_name: string;
  user_last_name: string;
  user_city: string;
}

/** Where a video stands in the rankings. */
export interface Standing {
  video_id: string;
  city: string;
  votes: number;
  qualifies: boolean;
  national: { position: number; videos: number };
  in_city: { position: number; videos: number };
}

export interface Profile {
  id: number;
  first_name: string;
  last_name: string;
  email: string;
  email_verified: boolean;
  city: string;
  country: string;
  role: 'player' | 'organiser';
  created_at: string;
  updated_at: string;
}

export type Stage = 'downloading' | 'examining' | 'transcoding' | 'storing';

/** A video as its owner sees it. */
export interface OwnVideo {
  video_id: string;
  user_id: number;
  title: string;
  original_filename: string;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  uploaded_at: string;
  processed_at?: string;
  /** Signed; not in lists. */
  original_url?: string;
  processed_url?: string;
  poster_url?: string;
  duration_seconds?: number;
  failure_code?: string;
  /** In Spanish. */
  failure_reason?: string;
  /** Percent, while it is processed. */
  progress?: number;
  stage?: Stage;
  votes: number;
  is_public: boolean;
  /** Organisers have taken it out of the vote. */
  hidden?: true;
  /** It waits for an organiser before it opens for voting. */
  review?: 'pending';
}

/** An event of a video that is being processed. */
export interface VideoState {
  status: OwnVideo['status'] | 'deleted';
  stage?: Stage;
  /** Percent of the whole job. */
  progress: number;
  /** While it waits; 1 is the next. About. */
  queue_place?: number;
  failure_code?: string;
  failure_reason?: string;
}

/** A part of a file, and where to put it. */
export interface SignedPart {
  /** From 1. */
  number: number;
  url: string;
}

/** How far a direct upload is. */
export interface UploadState {
  video_id: string;
  /** Bytes of the whole file. */
  size: number;
  /** Bytes of every part but the last. */
  part_size: number;
  /** Parts that were reported. */
  received: number[];
  /** What is missing. */
  parts: SignedPart[];
}

export interface UnfinishedUpload extends Omit<UploadState, 'parts'> {
  title: string;
  is_public: boolean;
  filename: string;
  started_at: string;
}

export interface Tokens {
  access_token: string;
  token_type: 'Bearer';
  /** Seconds. */
  expires_in: number;
  /** Missing where it is kept in the cookie. */
  refresh_token?: string;
}
