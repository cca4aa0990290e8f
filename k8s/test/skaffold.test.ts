import { programFile } from '@anb/topology';
import { expect, test } from 'vitest';
import { parse } from 'yaml';
import { skaffoldProblems } from '../checks/skaffold.ts';
import { read } from './charts.ts';

const file = read('skaffold.yaml');
const { build, deploy, profiles } = parse(file);
const targets = [...read('Dockerfile').matchAll(/^FROM runtime AS (\w+)$/gm)].map(([, target]) => target);

test('skaffold.yaml keeps to its schema', () => {
  expect(skaffoldProblems(file)).toEqual([]);
});

test('has the profiles that the guide names', () => {
  expect(profiles.map(({ name }: { name: string }) => name)).toEqual([
    'dev',
    'eks',
    'kubectl',
    'ci',
    'verify',
  ]);
});

test('builds every target of the Dockerfile, and hands each image to the chart', () => {
  const dev = profiles.find(({ name }: { name: string }) => name === 'dev');
  for (const [artifacts, release] of [
    [build.artifacts, deploy.helm.releases[0]],
    [dev.build.artifacts, dev.deploy.helm.releases[0]],
  ])
    for (const { image, docker } of artifacts) {
      expect(image).toBe(`rising-stars-${docker.target}`);
      const templates = Object.keys(release.setValueTemplates);
      expect(templates).toContain(`${docker.target}.image.repository`);
      expect(release.setValueTemplates[`${docker.target}.image.tag`]).toContain(
        `rising_stars_${docker.target}}}`,
      );
    }
  const built = dev.build.artifacts.map(({ docker }: { docker: { target: string } }) => docker.target);
  expect(built.sort()).toEqual(targets.sort());
});

test('syncs the files that a program runs as they stand', () => {
  const { artifacts } = profiles.find(({ name }: { name: string }) => name === 'dev').build;
  for (const { docker, sync } of artifacts) {
    const isRunAsItStands = programFile(docker.target).endsWith('.ts') && docker.buildArgs !== undefined;
    const sources = sync?.manual.map(({ src }: { src: string }) => src) ?? [];
    expect(sources, docker.target).toEqual(
      isRunAsItStands ? [`services/${docker.target}/src/**/*.ts`, 'packages/service-kit/src/**/*.ts'] : [],
    );
  }
});
