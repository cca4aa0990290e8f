import { verify } from '@node-rs/argon2';

/** The comparison of a password alone, so many at once. */
export interface Hashes {
  hash: string;
  password: string;
  atOnce: number;
  seconds: number;
}

export interface HashesResult {
  perSecond: number;
  /** Of one. */
  cpuMs: number;
}

if (process.send) {
  const { hash, password, atOnce, seconds } = JSON.parse(process.argv[2] ?? '') as Hashes;
  const start = performance.now();
  const cpu = process.cpuUsage();
  let count = 0;
  const workers = Array.from({ length: atOnce }, async () => {
    while (performance.now() < start + seconds * 1000) {
      if (!(await verify(hash, password))) throw new Error('the password did not match');
      count++;
    }
  });
  await Promise.all(workers);
  const { user, system } = process.cpuUsage(cpu);
  const result: HashesResult = {
    perSecond: count / ((performance.now() - start) / 1000),
    cpuMs: (user + system) / 1000 / count,
  };
  process.send(result, undefined, undefined, () => process.disconnect());
}
