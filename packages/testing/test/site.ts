import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';

/** How long a page thinks about a press of its button. */
export const BUSY_MS = 120;

/** What each page of the site has in it, beside its heading. */
const bodies: Record<string, string> = {
  '/good': '<p>Más votados</p>',
  '/video': '<video src="/clip.mp4" muted></video>',
  '/pale': '<p class="pale">Nadie lo lee</p>',
  '/small': '<button>1</button><button>2</button>',
  '/jumpy': '<button>Votar</button><script src="/jumpy.js"></script>',
  '/faulty': '<script src="/faulty.js"></script>',
  '/inline': '<script>document.title = "otro"</script>',
  '/tracked': '<img src="http://tracker.example/pixel.png" alt="">',
};

const style =
  'body { color: #111; background: #fff } .pale { color: #ddd } button { padding: 0; border: 0; font-size: 8px }';
const jumpy = `
  document.querySelector('button').onclick = () => {
    for (const end = performance.now() + ${BUSY_MS}; performance.now() < end;);
  };
  setTimeout(() => { document.querySelector('h1').style.marginTop = '300px'; }, 100);`;
const faulty = 'console.warn("cuidado"); fetch("/gone"); throw new Error("roto");';

const page = (body: string) =>
  '<!doctype html><html lang="es"><title>Prueba</title><meta name="viewport" content="width=device-width">' +
  `<link rel="stylesheet" href="/style.css"><main><h1>Rankings</h1>${body}</main></html>`;

export interface Site {
  origin: string;
  sizeOf: (path: string) => number;
  close: () => void;
}

/** Pages with one fault each, under a policy as strict as the portal's. */
export async function serveSite(): Promise<Site> {
  const folder = mkdtempSync(join(tmpdir(), 'anb-site-'));
  const clip = join(folder, 'clip.mp4');
  await makeClip(findFfmpeg().ffmpeg, 'small', clip, { seconds: 2 });
  const files: Record<string, [type: string, content: string | Buffer]> = {
    '/style.css': ['text/css', style],
    '/jumpy.js': ['text/javascript', jumpy],
    '/faulty.js': ['text/javascript', faulty],
    '/clip.mp4': ['video/mp4', readFileSync(clip)],
  };
  for (const [path, body] of Object.entries(bodies)) files[path] = ['text/html; charset=utf-8', page(body)];
  rmSync(folder, { recursive: true });

  const server = createServer(({ url = '' }, response) => {
    const [type, content] = files[url] ?? ['text/plain', undefined];
    const policy = { 'content-security-policy': "default-src 'self'; img-src *" };
    response.writeHead(content === undefined ? 404 : 200, { ...policy, 'content-type': type }).end(content);
  });
  await new Promise<void>((listening) => server.listen(0, '127.0.0.1', listening));
  return {
    origin: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    sizeOf: (path) => files[path]?.[1].length ?? 0,
    close: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
