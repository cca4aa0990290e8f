import { randomUUID } from 'node:crypto';
import type { RoutedOperation } from '../../scripts/collection/api.ts';
import { PASSWORD } from '../api.ts';
import type { Actor, World } from './world.ts';

/** What of a request must be of this run, for it to be taken. */
export interface Ingredients {
  path?: Record<string, string>;
  body?: Record<string, unknown>;
  /** Parameters of the query that ask for what is not there. */
  without?: string[];
}

type Recipe = (world: World, owner: Actor) => Promise<Ingredients> | Ingredients;

const NEW_PASSWORD = 'otro-pase-largo-8';
const states = [
  { status: 'uploaded' },
  { status: 'processing' },
  { status: 'failed' },
  { status: 'processed', is_public: false },
  { status: 'processed', is_public: true },
] as const;
let turn = 0;

const ofVideo = (id: string): Ingredients => ({ path: { video_id: id } });
const own: Recipe = async (world, owner) =>
  ofVideo(await world.video(owner, { is_public: false, ...states[turn++ % states.length] }));
const ownFailed: Recipe = async (world, owner) => ofVideo(await world.video(owner, { status: 'failed' }));
const ownPrivate: Recipe = async (world, owner) => ofVideo(await world.video(owner, { is_public: false }));
const ownUpload: Recipe = async (world, owner) => ofVideo(await world.upload(owner, false));
const othersOpen: Recipe = async (world, owner) => ofVideo(await world.video(await another(world, owner)));

export async function another(world: World, than: Actor): Promise<Actor> {
  const found = await world.actor('player');
  return found.id === than.id ? another(world, than) : found;
}

/** By operationId. What is not here gets what its schema allows, and for a video one that is open for voting. */
const recipes: Record<string, Recipe> = {
  login: (_world, { email }) => ({ body: { email, password: PASSWORD } }),
  signUp: () => ({
    body: { email: `${randomUUID()}@example.com`, password1: PASSWORD, password2: PASSWORD },
  }),
  refresh: async (world, owner) => ({ body: { refresh_token: await world.refreshToken(owner) } }),
  verifyEmail: async (world, owner) => ({ body: { code: await world.emailCode(owner) } }),
  changePassword: () => ({ body: { current: PASSWORD, password1: NEW_PASSWORD, password2: NEW_PASSWORD } }),
  resetPassword: async (world, owner) => ({
    body: { token: await world.resetToken(owner), password1: NEW_PASSWORD, password2: NEW_PASSWORD },
  }),
  changeContest: () => ({
    body: { opens_at: '2026-01-01T00:00:00Z', closes_at: null, cities: [{ name: 'Cali', aliases: [] }] },
  }),
  voidVotes: async (world, owner) => {
    const { video_id, voter_ids } = await world.vote(await another(world, owner));
    return {
      body: { video_id, voter_ids, flag_id: undefined, network: undefined, from: undefined, to: undefined },
    };
  },
  restoreVotes: async (world, owner) => ({ body: { voiding_id: await world.voiding(owner) } }),
  dismissFlag: async (world, owner) => ({ path: { flag_id: String(await world.flag(owner)) } }),
  getResults: () => ({ without: ['version'] }),
  deleteAccount: () => ({ body: { password: PASSWORD } }),
  getPlace: async (world, owner) => ofVideo(await world.rankedVideo(owner)),
  getOwnVideo: own,
  changeVideo: own,
  watchVideo: own,
  deleteVideo: ownPrivate,
  retryVideo: ownFailed,
  retryJob: ownFailed,
  getUpload: ownUpload,
  cancelUpload: ownUpload,
  reportPart: async (world, owner) => {
    const { path } = await ownUpload(world, owner);
    return { path: { ...path, number: '1' } };
  },
  completeUpload: async (world, owner) => ofVideo(await world.upload(owner, true)),
  getMedia: async (world, owner) => {
    const video_id = await world.video(owner);
    return { path: { video_id, version: await world.mediaVersion(video_id), file: 'clip.mp4' } };
  },
};

/** What an account may do few times, or once: each case has one of its own. */
export const onceAnAccount = new Set([
  ...['changePassword', 'deleteAccount', 'exportAccount', 'reportVideo', 'resendEmailCode', 'resetPassword'],
  'verifyEmail',
]);

/** Operations that can not be taken here, and why. */
export const neverTaken: Record<string, string> = {
  freezeResults: 'the window has no end here, so that votes are taken',
};

export const recipeOf = ({ operationId, parameters = [] }: RoutedOperation): Recipe =>
  recipes[operationId] ?? (parameters.some(({ name }) => name === 'video_id') ? othersOpen : () => ({}));
