import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { helmTemplate } from '../checks/helm.ts';
import { podOf } from '../checks/pods.ts';
import { chart, helms, root } from './charts.ts';

const targets = ['auth', 'videos', 'votes', 'portal', 'transcoder', 'toolbox'];
const release = (...args: string[]) => {
  const { status, stdout, stderr } = spawnSync(join(root, 'scripts/release'), args, { encoding: 'utf8' });
  return { status, said: stdout + stderr };
};

test('a release builds, signs and describes every image by digest, then the chart', () => {
  const { status, said } = release('--dry-run', 'registry.example.com', '1.2.3');
  expect(status).toBe(0);
  for (const target of targets) {
    const image = `registry.example.com/rising-stars-${target}`;
    expect(said).toMatch(new RegExp(`buildx build .*--target ${target} .*name=${image}:1.2.3`));
    expect(said).toContain(`+ cosign sign --yes ${image}@sha256:`);
    expect(said).toMatch(new RegExp(`cosign attest .*${image}@sha256:`));
  }
  expect(said).toContain('+ helm push');
  expect(said).toContain('cosign sign --yes registry.example.com/charts/rising-stars@sha256:');
});

test.each([
  [['registry.example.com'], 2, 'scripts/release REGISTRY VERSION'],
  [['registry.example.com', 'next'], 1, 'VERSION must look like 1.2.3'],
])('%j is refused with what it wants', (args, status, words) => {
  expect(release(...args)).toMatchObject({ status, said: expect.stringContaining(words) });
});

test('the chart of a release pulls exactly its images', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'anb-release-'));
  try {
    cpSync(chart, join(folder, 'chart'), { recursive: true });
    const digest = (target: string) => `sha256:${Buffer.from(target).toString('hex').padEnd(64, '0')}`;
    writeFileSync(join(folder, 'digests'), targets.map((target) => `${target} ${digest(target)}\n`).join(''));
    const pin = join(root, 'k8s/src/chart/pin-images.ts');
    const values = join(folder, 'chart/values.yaml');
    execFileSync(process.execPath, [pin, values, 'registry.example.com', join(folder, 'digests')]);
    const objects = await helmTemplate(helms.helm4, join(folder, 'chart'));
    const images = new Set(
      objects.flatMap((object) => podOf(object)?.containers.map(({ image }) => image) ?? []),
    );
    const expected = targets.map((target) => `registry.example.com/rising-stars-${target}@${digest(target)}`);
    expect([...images].sort()).toEqual(expected.sort());
  } finally {
    rmSync(folder, { recursive: true });
  }
});
