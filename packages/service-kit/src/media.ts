/** What every processed video has. */
export const neededMedia = ['clip.mp4', 'poster.jpg'] as const;
/** What the transcoder makes of each video; those made before it made thumbnails have none. */
export const mediaFiles = [...neededMedia, 'thumbnail.jpg'] as const;
export type MediaFile = (typeof mediaFiles)[number];

export const ORIGINALS = 'originals/';

/** Where the store keeps what was uploaded. */
export const originalKey = (videoId: string) => `${ORIGINALS}${videoId}`;

/** Where made media stand: below one those of videos open for voting, which a CDN may show; below the other the rest. */
export const mediaPlaces = ['media/', 'withheld/'] as const;
export type MediaPlace = (typeof mediaPlaces)[number];

/** The folder of all versions of a video. */
export const mediaFolder = (videoId: string, place: MediaPlace = 'media/') => `${place}${videoId}/`;

/** The folder of one version: the token of the lease under which it was made. */
export const versionFolder = (videoId: string, version: string, place: MediaPlace = 'media/') =>
  `${mediaFolder(videoId, place)}${version}/`;

/** Where the store keeps a file. */
export const mediaKey = (videoId: string, version: string, file: MediaFile, place: MediaPlace = 'media/') =>
  `${versionFolder(videoId, version, place)}${file}`;

/** A published file's stable address: the same path below MEDIA_BASE_URL as below `media/`, so that a CDN can stand there. */
export const mediaUrl = (mediaBaseUrl: string, videoId: string, version: string, file: MediaFile) =>
  `${mediaBaseUrl}/${videoId}/${version}/${file}`;
