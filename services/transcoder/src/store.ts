import type { ISql } from '@anb/service-kit/database';

/** Makes the newest of the functions that are called here. */
export const MIGRATION = 'videos/0009_reports_and_review.sql';

/** A held lease: the job and the token that proves the hold. */
export interface Lease {
  videoId: string;
  token: string;
  originalKey: string;
}

export type LeaseOutcome =
  | { outcome: 'leased'; lease: Lease }
  /** Another worker's lease lives for so many seconds more. */
  | { outcome: 'busy'; waitSeconds: number }
  /** It was tried too often, or its workers died too often: asking for the lease ended the video. */
  | { outcome: 'failed'; failureCode: string; deaths: number }
  /** Processed, failed, deleted or unknown: nothing left to do. */
  | { outcome: 'final' };

/** Faults before a video is declared failed. */
const MAX_ATTEMPTS = 5;
/** Workers that a job may take down with it. */
const MAX_DEATHS = 5;

export async function takeLease(sql: ISql, videoId: string, seconds: number): Promise<LeaseOutcome> {
  const [row] = await sql<
    {
      outcome: string;
      token: string;
      wait_seconds: number;
      original_key: string;
      failure_code: string;
      deaths: number;
    }[]
  >`select * from videos.take_lease_v3(${videoId}, ${seconds}, ${MAX_ATTEMPTS}, ${MAX_DEATHS})`;
  switch (row?.outcome) {
    case 'leased':
      return { outcome: 'leased', lease: { videoId, token: row.token, originalKey: row.original_key } };
    case 'busy':
      return { outcome: 'busy', waitSeconds: row.wait_seconds };
    case 'failed':
      return { outcome: 'failed', failureCode: row.failure_code, deaths: row.deaths };
    default:
      return { outcome: 'final' };
  }
}

/** @returns false when the lease is lost */
export async function extendLease(sql: ISql, lease: Lease, seconds: number): Promise<boolean> {
  const [row] = await sql<{ held: boolean }[]>`
    select videos.extend_lease_v2(${lease.videoId}, ${lease.token}, ${seconds}) as held`;
  return row?.held ?? false;
}

export type Stage = 'downloading' | 'examining' | 'transcoding' | 'storing';

export interface Progress {
  stage: Stage;
  /** Of the whole job. */
  percent: number;
}

/** @returns false when the lease is lost */
export async function reportProgress(
  sql: ISql,
  lease: Lease,
  { stage, percent }: Progress,
): Promise<boolean> {
  const [row] = await sql<{ held: boolean }[]>`
    select videos.report_progress_v1(${lease.videoId}, ${lease.token}, ${stage}, ${percent}) as held`;
  return row?.held ?? false;
}

/** gone: the player's account is, and the video failed; lost: the lease is, and nothing changed. */
export type PublishOutcome = 'published' | 'gone' | 'lost';

export async function publish(sql: ISql, lease: Lease, durationSeconds: number): Promise<PublishOutcome> {
  const [row] = await sql<{ outcome: PublishOutcome }[]>`
    select videos.publish_v2(${lease.videoId}, ${lease.token}, ${durationSeconds}) as outcome`;
  return row?.outcome ?? 'lost';
}

/** @returns false when the lease is lost and nothing was changed */
export async function fail(sql: ISql, lease: Lease, code: string): Promise<boolean> {
  const [row] = await sql<{ held: boolean }[]>`
    select videos.fail_v1(${lease.videoId}, ${lease.token}, ${code}) as held`;
  return row?.held ?? false;
}

export interface Release {
  /**
   * failed: that was the last attempt; published: an earlier publish had gone through although its answer was lost;
   * gone: the video is deleted; lost: the lease is another's.
   */
  outcome: 'released' | 'failed' | 'published' | 'gone' | 'lost';
  /** Before the next attempt. */
  waitSeconds: number;
}

/** Gives the lease back after a fault; null: the worker stops or a dependency is away, which is no attempt. */
export async function releaseLease(sql: ISql, lease: Lease, fault: string | null): Promise<Release> {
  const [row] = await sql<Release[]>`
    select outcome, wait_seconds as "waitSeconds"
    from videos.release_lease_v3(${lease.videoId}, ${lease.token}, ${fault}, ${MAX_ATTEMPTS})`;
  return row ?? { outcome: 'lost', waitSeconds: 0 };
}

export async function databaseAnswers(sql: ISql): Promise<void> {
  await sql`select 1`;
}
