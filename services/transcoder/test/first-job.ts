import { runFfmpeg } from '../src/ffmpeg.ts';
import { planTranscode } from '../src/recipe.ts';

// The first job of a process, for recipe.test.ts: aborts after so many milliseconds and says how it ended, and when.
const [ffmpeg = '', path = '', abortMs] = process.argv.slice(2);
const stop = new AbortController();
const plan = planTranscode({ path, stream: 0, seconds: 30 }, (file) => `${path}.${file}`);
setTimeout(() => stop.abort(new Error('enough')), Number(abortMs));
const start = performance.now();
const ended = await runFfmpeg(ffmpeg, plan, {
  signal: stop.signal,
  timeoutSeconds: 30,
}).then(
  () => 'to its end',
  (error: Error) => error.message,
);
console.log(JSON.stringify({ ended, ms: performance.now() - start }));
