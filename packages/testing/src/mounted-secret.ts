import {
  mkdirSync,
  mkdtempSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A Secret as the kubelet mounts it: files are links through one link that is exchanged for another. */
export class MountedSecret {
  readonly path = mkdtempSync(join(tmpdir(), 'anb-secret-'));
  #files: Record<string, string> = {};
  #version = 0;

  constructor(files: Record<string, string>) {
    this.write(files);
  }

  /** Adds files, or changes them; `undefined` takes one away. */
  write(change: Record<string, string | undefined>): void {
    const before = Object.keys(this.#files);
    const entries = Object.entries({ ...this.#files, ...change });
    this.#files = Object.fromEntries(
      entries.filter((entry): entry is [string, string] => entry[1] !== undefined),
    );

    const version = `..${++this.#version}`;
    mkdirSync(join(this.path, version));
    for (const [name, content] of Object.entries(this.#files))
      writeFileSync(join(this.path, version, name), content, { mode: 0o400 });
    const older = this.#version > 1 ? readlinkSync(join(this.path, '..data')) : undefined;
    symlinkSync(version, join(this.path, '..data_tmp'));
    renameSync(join(this.path, '..data_tmp'), join(this.path, '..data'));
    for (const name of Object.keys(this.#files))
      if (!before.includes(name)) symlinkSync(join('..data', name), join(this.path, name));
    for (const name of before) if (!(name in this.#files)) rmSync(join(this.path, name));
    if (older) rmSync(join(this.path, older), { recursive: true });
  }

  remove(): void {
    rmSync(this.path, { recursive: true });
  }
}
