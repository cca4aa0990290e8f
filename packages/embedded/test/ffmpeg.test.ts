import { describe, expect, test } from 'vitest';
import { findFfmpeg } from '../src/ffmpeg.ts';

describe('ffmpeg', () => {
  test('comes from npm where the system has none', () => {
    const { ffmpeg, ffprobe, version } = findFfmpeg('');
    expect(ffmpeg).toContain('@ffmpeg-installer');
    expect(ffprobe).toContain('@ffprobe-installer');
    expect(version).not.toBe('unknown');
  });
});
