import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './commands.ts';

export interface Build {
  tag: string;
  context: string;
  target?: string;
  args?: Record<string, string>;
  secrets?: Record<string, string>;
  /** Shown to every RUN, read-only; a path of this machine by its path in the build. */
  mounts?: Record<string, string>;
  cached?: boolean;
}

export interface ImageConfig {
  User: string;
  Env: string[];
  Entrypoint: string[];
  Cmd: string[];
  WorkingDir: string;
  Labels: Record<string, string>;
}

/** Debian's buildah with a storage of its own, without daemon, registry or container runtime. */
export class Buildah {
  readonly #global: string[];
  readonly #env: Record<string, string>;
  readonly #policy: string;

  private constructor(folder: string, driver: string) {
    const [registries, scratch] = [join(folder, 'registries.conf'), join(folder, 'scratch')];
    this.#policy = join(folder, 'policy.json');
    mkdirSync(scratch, { recursive: true });
    writeFileSync(registries, 'unqualified-search-registries = []\n');
    writeFileSync(this.#policy, '{"default":[{"type":"insecureAcceptAnything"}]}');
    this.#env = { TMPDIR: scratch };
    this.#global = [
      ...['--storage-driver', driver, '--registries-conf', registries],
      ...['--root', join(folder, 'root'), '--runroot', join(folder, 'run')],
    ];
  }

  /** With layers as the kernel shares them, or where it can not, as copies. */
  static async open(folder: string): Promise<Buildah> {
    mkdirSync(folder, { recursive: true });
    const shared = new Buildah(folder, 'overlay');
    const works = await shared.#run('info').then(
      () => true,
      () => false,
    );
    return works ? shared : new Buildah(join(folder, 'vfs'), 'vfs');
  }

  #run(command: string, ...args: string[]): Promise<string> {
    return run('buildah', [...this.#global, command, ...args], this.#env);
  }

  async build({ tag, context, target, args = {}, secrets = {}, mounts = {}, cached = true }: Build) {
    const each = (given: Record<string, string>, option: (key: string, value: string) => string[]) =>
      Object.entries(given).flatMap(([key, value]) => option(key, value));
    await this.#run(
      'build',
      ...['--isolation', 'chroot', '--layers', '--timestamp', '0', '--signature-policy', this.#policy],
      ...(cached ? [] : ['--no-cache']),
      ...(target ? ['--target', target] : []),
      ...each(args, (key, value) => ['--build-arg', `${key}=${value}`]),
      ...each(secrets, (id, file) => ['--secret', `id=${id},src=${file}`]),
      ...each(mounts, (inside, path) => ['--volume', `${path}:${inside}:ro`]),
      ...['--tag', tag, context],
    );
  }

  /** @returns the folder that holds the image's file tree */
  async mount(image: string): Promise<string> {
    const container = await this.#run('from', '--signature-policy', this.#policy, image);
    const folder = await this.#run('mount', container);
    if (!folder.startsWith('/')) throw new Error(`${image} was not mounted`);
    return folder;
  }

  async inspect(image: string): Promise<{ config: ImageConfig; layers: string[]; text: string }> {
    const text = await this.#run('inspect', '--type', 'image', image);
    const { OCIv1 } = JSON.parse(text);
    return { config: OCIv1.config, layers: OCIv1.rootfs.diff_ids, text };
  }

  /** @returns what a node pulls, in bytes: the layers compressed as a registry keeps them */
  async compressedBytes(image: string, folder: string): Promise<number> {
    await this.#run('push', '--quiet', '--signature-policy', this.#policy, image, `oci:${folder}:latest`);
    const blob = (digest: string) =>
      JSON.parse(readFileSync(join(folder, 'blobs', digest.replace(':', '/')), 'utf8'));
    const { manifests } = JSON.parse(readFileSync(join(folder, 'index.json'), 'utf8'));
    const layers: { size: number }[] = blob(manifests.at(-1).digest).layers;
    return layers.reduce((sum, { size }) => sum + size, 0);
  }
}
