import { join } from 'node:path';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { clipShapes, hasEncoder, makeClip } from '@anb/sample-clips';
import { type Player, players } from './players.ts';

export interface Clip {
  path: string;
  filename: string;
  description: string;
}

/**
 * Makes each player's clip into a folder, no two alike.
 * @throws when there is no ffmpeg
 */
export async function prepareClipMaker(folder: string): Promise<(player: Player) => Promise<Clip>> {
  const { ffmpeg } = findFfmpeg();
  const canMakeHevc = await hasEncoder(ffmpeg, clipShapes.hevc.encoder);
  return async (player) => {
    const shape = player.shape === 'hevc' && !canMakeHevc ? 'quicktime' : player.shape;
    const { file, description, seconds } = clipShapes[shape];
    const seed = players.indexOf(player) + 1;
    const path = join(folder, `${seed}-${file}`);
    await makeClip(ffmpeg, shape, path, { seconds: player.seconds ?? seconds, seed });
    return { path, filename: file, description };
  };
}
