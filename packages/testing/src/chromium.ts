import { execFileSync } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliDecompressSync } from 'node:zlib';
import { onPath } from '@anb/embedded/programs';

export interface Chromium {
  program: string;
  env: Record<string, string>;
}

/** The shell first: pages and contexts open in it in a third of the time. */
const NAMES = ['chromium-headless-shell', 'chromium', 'chromium-browser', 'google-chrome'];

const FONT_SETTINGS = `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <dir prefix="relative">fonts</dir>
  <cachedir prefix="xdg">fontconfig</cachedir>
</fontconfig>
`;

/**
 * The system's Chromium, or else the one that npm brought.
 * @throws with how to get one when there is neither
 */
export function findChromium(path = process.env.PATH ?? '', packed = packageFolder()): Chromium {
  const program = NAMES.map((name) => onPath(name, path)).find((file) => file !== undefined);
  if (program) return { program, env: {} };
  // What npm brings is for Linux on x64, wherever it is installed.
  if (`${process.platform}-${process.arch}` === 'linux-x64' && existsSync(packed)) return unpacked(packed);
  throw new Error(
    'Chromium, which shows the pages to the tests, is missing. On Debian: sudo apt-get install ' +
      'chromium-headless-shell fonts-liberation, or chromium; on Linux for x64 npm ci brings one.',
  );
}

const packageFolder = () => dirname(dirname(fileURLToPath(import.meta.resolve('@sparticuz/chromium'))));

/** Two seconds' work, done once: what is there is complete, whoever else unpacks at the same time. */
function unpacked(packed: string): Chromium {
  const { version } = JSON.parse(readFileSync(join(packed, 'package.json'), 'utf8')) as { version: string };
  const folder = join(packed, '../../.cache', `chromium-${version}`);
  if (!existsSync(folder)) {
    mkdirSync(dirname(folder), { recursive: true });
    const making = mkdtempSync(`${folder}-`);
    unpack(join(packed, 'bin'), making);
    publish(making, folder);
  }
  return {
    program: join(folder, 'chromium'),
    env: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_FILE: join(folder, 'fonts.conf') },
  };
}

function unpack(bin: string, to: string): void {
  const read = (name: string) => brotliDecompressSync(readFileSync(join(bin, name)));
  writeFileSync(join(to, 'chromium'), read('chromium.br'), { mode: 0o755 });
  // Its libraries and a font, for systems that have none of their own.
  for (const name of ['al2023.tar.br', 'fonts.tar.br']) {
    execFileSync('tar', ['--extract', '--no-same-owner', '--directory', to], { input: read(name) });
  }
  writeFileSync(join(to, 'fonts.conf'), FONT_SETTINGS);
}

function publish(making: string, folder: string): void {
  chmodSync(making, 0o755);
  try {
    renameSync(making, folder);
  } catch (error) {
    rmSync(making, { recursive: true });
    if (!existsSync(folder)) throw error;
  }
}
