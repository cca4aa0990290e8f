import { box, uint32 } from './boxes.ts';
import type { HostileFile } from './corpus.ts';

const ftyp = box('ftyp', 'isom', uint32(512), 'isomiso2mp41');

const playlist = (...children: string[]) =>
  [
    '#EXTM3U',
    '#EXT-X-TARGETDURATION:9',
    ...children.flatMap((child) => ['#EXTINF:9,', child]),
    '#EXT-X-ENDLIST',
    '',
  ].join('\n');
const masterPlaylist = (child: string) => `#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\n${child}\n`;

/** No videos, or not of a kind that is taken: nothing in them may be opened. */
export const impostors: HostileFile[] = [
  { name: 'zero-bytes', expected: 'not_a_video', make: () => '' },
  { name: 'seven-bytes', expected: 'not_a_video', make: () => '\0\0\0\x20fty' },
  { name: 'text', expected: 'not_a_video', make: () => 'hola, esto es un texto\n' },
  { name: 'hls-file-child', expected: 'not_a_video', make: ({ canary }) => playlist(canary.path) },
  {
    name: 'hls-file-url-child',
    expected: 'not_a_video',
    make: ({ canary }) => playlist(`file://${canary.path}`),
  },
  { name: 'hls-http-child', expected: 'not_a_video', make: ({ canary }) => playlist(canary.url) },
  { name: 'hls-master-file', expected: 'not_a_video', make: ({ canary }) => masterPlaylist(canary.path) },
  { name: 'hls-master-http', expected: 'not_a_video', make: ({ canary }) => masterPlaylist(canary.url) },
  {
    name: 'hls-key-file',
    expected: 'not_a_video',
    make: ({ canary }) =>
      playlist(canary.url).replace('#EXTINF', `#EXT-X-KEY:METHOD=AES-128,URI="${canary.path}"\n#EXTINF`),
  },
  {
    name: 'concat-file',
    expected: 'not_a_video',
    make: ({ canary }) => `ffconcat version 1.0\nfile '${canary.path}'\n`,
  },
  {
    name: 'concat-http',
    expected: 'not_a_video',
    make: ({ canary }) => `ffconcat version 1.0\nfile '${canary.url}'\n`,
  },
  {
    name: 'concat-protocol-in-hls',
    expected: 'not_a_video',
    make: ({ canary }) => playlist(`concat:${canary.url}|file://${canary.path}`),
  },
  {
    name: 'dash-manifest',
    expected: 'not_a_video',
    make: ({ canary }) =>
      '<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" mediaPresentationDuration="PT9S"><Period>' +
      '<AdaptationSet><Representation id="1" bandwidth="1" mimeType="video/mp4">' +
      `<BaseURL>${canary.url}</BaseURL></Representation></AdaptationSet></Period></MPD>`,
  },
  {
    name: 'svg-with-image',
    expected: 'not_a_video',
    make: ({ canary }) =>
      `<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"><image href="${canary.path}"/></svg>`,
  },
  {
    name: 'session-description',
    expected: 'not_a_video',
    make: () =>
      'v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\ns=x\r\nc=IN IP4 127.0.0.1\r\nt=0 0\r\nm=video 9 RTP/AVP 96\r\n',
  },
  {
    name: 'playlist-behind-a-box',
    expected: 'unreadable',
    make: ({ canary }) => Buffer.concat([box('free'), Buffer.from(playlist(canary.path, canary.url))]),
  },
  {
    name: 'reference-movie',
    expected: 'no_picture',
    make: ({ canary }) => {
      const address = box('rdrf', uint32(0), 'url ', uint32(canary.url.length + 1), `${canary.url}\0`);
      return Buffer.concat([ftyp, box('moov', box('rmra', box('rmda', address)))]);
    },
  },
  {
    name: 'matroska',
    expected: 'not_a_video',
    make: ({ convert, clip }) => convert(clip, '-i {} -c copy -f matroska'),
  },
  {
    name: 'png',
    expected: 'not_a_video',
    make: ({ encode }) => encode('color=s=64x64:d=1', '-frames:v 1 -c:v png -f image2pipe'),
  },
  {
    name: 'sound-only',
    expected: 'no_picture',
    make: ({ encode }) => encode('sine=d=1', '-c:a aac -f mp4'),
  },
  {
    name: 'cover-only',
    expected: 'no_picture',
    make: async ({ encode, convert }) => {
      const png = await encode('color=s=64x64:d=1', '-frames:v 1 -c:v png -f image2pipe');
      return convert(
        png,
        '-f lavfi -i sine=d=1 -f png_pipe -i {} -map 0 -map 1 -c:a aac -c:v copy -disposition:v:0 attached_pic -f mp4',
      );
    },
  },
];
