import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { Resvg } from '@resvg/resvg-js';

/** Makes the picture that chats and social networks show of the site. */

const font = import.meta.resolve('@expo-google-fonts/bebas-neue/400Regular/BebasNeue_400Regular.ttf');
const svg = await readFile(new URL('preview.svg', import.meta.url), 'utf8');
const picture = new Resvg(svg, {
  font: { fontFiles: [fileURLToPath(font)], loadSystemFonts: false },
}).render();
await writeFile(new URL('../src/art/preview.png', import.meta.url), picture.asPng());
