export const UNKNOWN_VIDEO = { video_id: '00000000-0000-4000-8000-000000000000' };
export const MALFORMED_VIDEO = { video_id: '42' };
export const VIDEO = { video_id: '{{video}}' };
export const MEDIA = { ...VIDEO, version: '{{version}}', file: 'clip.mp4' };

/** No city of the contest, so that its ranking is short also where others vote. */
export const CITY = 'Leticia';
/** Found without its case. */
export const IN_CITY = { city: 'LETICIA', limit: '100' };
export const rankedHere = 'answer.find(({ video_id }) => video_id === value("video"))';

/** A check that the one field refused is this. */
export const fieldRefused = (field: string): [string, string] => [
  'answer.details.map(({ field }) => field)',
  `["${field}"]`,
];
