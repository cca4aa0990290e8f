/** What the transcoder makes of each video. */
export const mediaFiles = ['clip.mp4', 'poster.jpg'] as const;
export type MediaFile = (typeof mediaFiles)[number];

/** Where the store keeps what was uploaded. */
export const originalKey = (videoId: string) => `originals/${videoId}`;

/** The folder of all versions of a video in the store. */
export const mediaFolder = (videoId: string) => `media/${videoId}/`;

/** Where the store keeps a file; the version is the token of the lease under which it was made. */
export const mediaKey = (videoId: string, version: string, file: MediaFile) =>
  `${mediaFolder(videoId)}${version}/${file}`;

/** A published file's stable address: the same path below MEDIA_BASE_URL as below `media/`, so that a CDN can stand there. */
export const mediaUrl = (mediaBaseUrl: string, videoId: string, version: string, file: MediaFile) =>
  `${mediaBaseUrl}/${videoId}/${version}/${file}`;
