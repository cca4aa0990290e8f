import { describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { skaffoldProblems } from '../skaffold.ts';

const good = `
apiVersion: skaffold/v4beta14
kind: Config
metadata: { name: rising-stars }
build:
  tagPolicy: { gitCommit: { variant: AbbrevCommitSha } }
  local: { useBuildkit: true, push: false }
  artifacts:
    - image: rising-stars/votes
      docker: { dockerfile: Dockerfile, target: votes, buildArgs: { BASE: debian } }
      sync: { manual: [{ src: 'services/votes/src/**/*.ts', dest: /app }] }
deploy:
  statusCheckDeadlineSeconds: 300
  helm:
    releases:
      - name: rising-stars
        chartPath: charts/rising-stars
        valuesFiles: [charts/rising-stars/ci/dev-values.yaml]
        setValues: { votes.replicas: 1 }
        setValueTemplates:
          votes.image.repository: '{{.IMAGE_REPO_rising_stars_votes}}'
          votes.image.tag: '{{.IMAGE_TAG_rising_stars_votes}}@{{.IMAGE_DIGEST_rising_stars_votes}}'
portForward: [{ resourceType: service, resourceName: rising-stars-gateway, port: 8080, localPort: 8080 }]
verify:
  - name: smoke
    container: { name: smoke, image: rising-stars/votes, args: [smoke.ts], env: [{ name: URL, value: x }] }
    executionMode: { kubernetesCluster: {} }
profiles:
  - name: kubectl
    manifests: { rawYaml: [k8s/manifests/*.yaml] }
    deploy: { kubectl: {} }
  - name: dev
    activation: [{ command: dev }]
    patches: [{ op: add, path: /deploy/helm/releases/0/valuesFiles/-, value: dev.yaml }]
`;

/** The good configuration with the value at a path changed; undefined takes it away. */
function changed(path: string, value: unknown): string {
  const config = parse(good);
  const keys = path.split('/');
  const last = keys.pop() ?? '';
  keys.reduce((at, key) => at[key], config)[last] = value;
  return stringify(config);
}

describe('skaffold.yaml', () => {
  test('as ours is accepted', () => {
    expect(skaffoldProblems(good)).toEqual([]);
    expect(skaffoldProblems(`${good}---\n${good}`)).toEqual([]);
  });

  test.each([
    ['an old version', 'apiVersion', 'skaffold/v2beta28', '/apiVersion '],
    ['another kind', 'kind', 'Konfig', '/kind '],
    ['a misspelt section', 'portForwards', [], '/ '],
    ['a misspelt field', 'build/artifacts/0/docker/dockerFile', 'x', '/build/artifacts/0/docker '],
    ['no image', 'build/artifacts/0/image', undefined, '/build/artifacts/0/image '],
    [
      'a number for text',
      'build/artifacts/0/docker/buildArgs/BASE',
      13,
      '/build/artifacts/0/docker/buildArgs/BASE ',
    ],
    [
      'a sync rule without an end',
      'build/artifacts/0/sync/manual/0/dest',
      undefined,
      '/build/artifacts/0/sync/manual/0/dest ',
    ],
    ['another builder', 'build/cluster', {}, '/build '],
    ['two tag policies', 'build/tagPolicy/sha256', {}, '/build/tagPolicy '],
    ['an unknown variant', 'build/tagPolicy/gitCommit/variant', 'Sha', '/build/tagPolicy/gitCommit/variant '],
    [
      'artifactOverrides, gone since v3',
      'deploy/helm/releases/0/artifactOverrides',
      {},
      '/deploy/helm/releases/0 ',
    ],
    ['a release without a name', 'deploy/helm/releases/0/name', undefined, '/deploy/helm/releases/0/name '],
    ['a text for a list', 'deploy/helm/releases/0/valuesFiles', 'x', '/deploy/helm/releases/0/valuesFiles '],
    ['text for seconds', 'deploy/statusCheckDeadlineSeconds', '300', '/deploy/statusCheckDeadlineSeconds '],
    ['an unknown resource', 'portForward/0/resourceType', 'servise', '/portForward/0/resourceType '],
    ['a port out of range', 'portForward/0/localPort', 80800, '/portForward/0/localPort '],
    ['a check without an image', 'verify/0/container/image', undefined, '/verify/0/container/image '],
    ['valueFrom in a check', 'verify/0/container/env/0/valueFrom', {}, '/verify/0/container/env/0 '],
    ['rawYaml under deploy', 'profiles/0/deploy/kubectl/manifests', [], '/profiles/0/deploy/kubectl '],
    ['a profile without a name', 'profiles/0/name', undefined, '/profiles/0/name '],
    ['an unknown operation', 'profiles/1/patches/0/op', 'append', '/profiles/1/patches/0/op '],
    ['a patch of no path', 'profiles/1/patches/0/path', 'build', '/profiles/1/patches/0/path '],
    ['a profile twice', 'profiles/1/name', 'kubectl', 'two profiles are called kubectl'],
    [
      'a template of an image that is not built',
      'deploy/helm/releases/0/setValueTemplates/portal',
      '{{.IMAGE_TAG_rising_stars_portal}}',
      'setValueTemplates name the image rising_stars_portal, which is not built',
    ],
  ])('with %s is refused', (_case, path, value, start) => {
    const problems = skaffoldProblems(changed(path, value));
    expect(problems.map((problem) => problem.slice(0, start.length))).toEqual([start]);
  });

  test('with an image twice is refused', () => {
    const { artifacts } = parse(good).build;
    expect(skaffoldProblems(changed('build/artifacts', [...artifacts, ...artifacts]))).toEqual([
      'rising-stars/votes is built twice',
    ]);
  });

  test.each([
    ['a key twice', `${good}kind: Config\n`],
    ['no content', ''],
  ])('with %s is refused', (_case, text) => {
    expect(skaffoldProblems(text)).toHaveLength(1);
  });
});
