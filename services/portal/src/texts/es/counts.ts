import { formatNumber } from '../../format.ts';

/** Numbers with the words that go with them. */
export const voteWord = (count: number) => (count === 1 ? 'voto' : 'votos');
export const videoWord = (count: number) => (count === 1 ? 'video' : 'videos');
export const votes = (count: number) => `${formatNumber(count)} ${voteWord(count)}`;
export const videos = (count: number) => `${formatNumber(count)} ${videoWord(count)}`;
export const ordinal = (place: number) => `${formatNumber(place)}.º`;
