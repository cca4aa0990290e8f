import { spawn } from 'node:child_process';
import { confine } from '../src/confine.ts';

// A worker that is killed, for confine.test.ts: starts a confined program and says its id.
const [path = ''] = process.argv.slice(2);
const limits = { cpuSeconds: 60, memoryBytes: 2 ** 30, fileBytes: 2 ** 20 };
const child = spawn(await confine('sleep', path, limits), ['300'], { stdio: 'ignore' });
console.log(child.pid);
