import { mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findHelm, helmLint, helmTemplate, parseManifests } from '../helm.ts';

const files = {
  'Chart.yaml': 'apiVersion: v2\nname: small\nversion: 1.0.0\nicon: https://example.com/icon.svg\n',
  'values.yaml': 'port: 80\nname: small\nmonitor: true\n',
  'values.schema.json': '{ "properties": { "port": { "type": "integer", "minimum": 1 } } }',
  'more.yaml': 'name: of-file\n',
  'templates/service.yaml': `apiVersion: v1
kind: Service
metadata:
  name: {{ .Values.name }}
  namespace: {{ .Release.Namespace }}
  labels: { release: {{ .Release.Name }}, minor: {{ .Capabilities.KubeVersion.Minor | quote }} }
spec: { ports: [{ port: {{ .Values.port }} }] }
`,
  'templates/monitor.yaml': `{{- if .Capabilities.APIVersions.Has "monitoring.coreos.com/v1" }}
apiVersion: monitoring.coreos.com/v1
kind: ServiceMonitor
metadata: { name: {{ .Values.name }} }
{{- end }}
`,
};

let chart: string;
let cache: string;
beforeAll(() => {
  cache = mkdtempSync(join(tmpdir(), 'helm-'));
  chart = mkdtempSync(join(tmpdir(), 'chart-'));
  mkdirSync(join(chart, 'templates'));
  for (const [name, content] of Object.entries(files)) writeFileSync(join(chart, name), content);
});
afterAll(() => {
  for (const directory of [cache, chart]) rmSync(directory, { recursive: true });
});

test('two at once unpack the same Helm', async () => {
  const [one, other] = await Promise.all([findHelm(cache), findHelm(cache)]);
  expect(one).toEqual(other);
  expect(statSync(one.helm4).mode & 0o111).toBe(0o111);
  expect(readdirSync(cache).sort()).toEqual([basename(one.helm3), basename(one.helm4)]);
});

describe.each(['helm4', 'helm3'] as const)('%s', (version) => {
  let helm: string;
  beforeAll(async () => {
    helm = (await findHelm())[version];
  });

  test('renders with every option', async () => {
    const options = {
      release: 'stars',
      namespace: 'here',
      values: [join(chart, 'more.yaml')],
      set: { port: 90 },
      apiVersions: ['monitoring.coreos.com/v1'],
      kubeVersion: '1.34',
    };
    const objects = await helmTemplate(helm, chart, options);
    expect(objects.map(({ kind, metadata }) => [kind, metadata.name])).toEqual([
      ['Service', 'of-file'],
      ['ServiceMonitor', 'of-file'],
    ]);
    expect(objects[0]?.metadata).toMatchObject({
      namespace: 'here',
      labels: { release: 'stars', minor: '34' },
    });
    expect(objects[0]?.spec.ports).toEqual([{ port: 90 }]);
  });

  test('leaves out what the cluster does not have', async () => {
    expect((await helmTemplate(helm, chart)).map(({ kind }) => kind)).toEqual(['Service']);
  });

  test('fails with the words of the schema', async () => {
    await expect(helmTemplate(helm, chart, { set: { port: 0 } })).rejects.toThrow(
      /port.*(minimum|greater than or equal)/is,
    );
  });

  test('lints, strictly', async () => {
    expect(await helmLint(helm, chart)).toEqual([]);
    expect((await helmLint(helm, chart, { set: { name: 'Not_a_name' } })).join()).toMatch(
      /\[WARNING\].*Not_a_name/,
    );
    expect((await helmLint(helm, chart, { set: { port: 'http' } })).join()).toMatch(/port/);
  });
});

test('a Helm that does not run is no success', async () => {
  await expect(helmTemplate('no-such-helm', chart)).rejects.toThrow('no-such-helm');
  expect(await helmLint('no-such-helm', chart)).toEqual([expect.stringContaining('no-such-helm')]);
});

describe('parseManifests', () => {
  test('reads as Kubernetes does', () => {
    expect(parseManifests('a: yes\nb: 0755\n---\n# nothing\n---\nc: "yes"\n')).toEqual([
      { a: true, b: 493 },
      { c: 'yes' },
    ]);
    expect(parseManifests('')).toEqual([]);
  });

  test.each([
    ['a key twice', 'a: 1\na: 2\n'],
    ['a bad indentation', 'a:\n  - b\n c: 1\n'],
  ])('refuses %s', (_case, text) => {
    expect(() => parseManifests(text)).toThrow();
  });
});
