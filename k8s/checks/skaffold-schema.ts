import { z } from 'zod';

/**
 * The parts of Skaffold's schema v4beta13 and v4beta14 that we use; whatever is not named here is refused,
 * other builders and deployers included. It is written by hand after docs-v2/content/en/schemas of Skaffold
 * because the copies on npm end at v2beta28.
 */

const texts = z.array(z.string());
const byName = z.record(z.string(), z.string());
const helmValues = z.record(z.string(), z.unknown());
const hostHook = z.strictObject({ command: texts, os: texts.optional(), dir: z.string().optional() });
const host = z.strictObject({ host: hostHook });

const artifact = z.strictObject({
  image: z.string(),
  context: z.string().optional(),
  docker: z
    .strictObject({
      dockerfile: z.string(),
      target: z.string(),
      buildArgs: byName,
      network: z.string(),
      addHost: texts,
      cacheFrom: texts,
      cacheTo: texts,
      cliFlags: texts,
      pullParent: z.boolean(),
      noCache: z.boolean(),
      squash: z.boolean(),
      ssh: z.string(),
    })
    .partial()
    .optional(),
  sync: z
    .strictObject({
      manual: z.array(z.strictObject({ src: z.string(), dest: z.string(), strip: z.string().optional() })),
      infer: texts,
      auto: z.boolean(),
    })
    .partial()
    .optional(),
  requires: z.array(z.strictObject({ image: z.string(), alias: z.string().optional() })).optional(),
  hooks: z
    .strictObject({ before: z.array(hostHook), after: z.array(hostHook) })
    .partial()
    .optional(),
  platforms: texts.optional(),
  runtimeType: z.enum(['go', 'nodejs', 'jvm', 'python', 'netcore']).optional(),
});

const gitVariants = ['Tags', 'CommitSha', 'AbbrevCommitSha', 'TreeSha', 'AbbrevTreeSha'] as const;
const tagPolicy = z
  .strictObject({
    gitCommit: z
      .strictObject({ variant: z.enum(gitVariants), prefix: z.string(), ignoreChanges: z.boolean() })
      .partial(),
    sha256: z.strictObject({}),
    inputDigest: z.strictObject({}),
    envTemplate: z.strictObject({ template: z.string() }),
    dateTime: z.strictObject({ format: z.string(), timezone: z.string() }).partial(),
  })
  .partial()
  .refine((policy) => Object.keys(policy).length === 1, 'tagPolicy names exactly one way');

const build = z
  .strictObject({
    artifacts: z.array(artifact),
    insecureRegistries: texts,
    tagPolicy,
    platforms: texts,
    local: z
      .strictObject({
        push: z.boolean(),
        tryImportMissing: z.boolean(),
        useDockerCLI: z.boolean(),
        useBuildkit: z.boolean(),
        concurrency: z.int().min(0),
      })
      .partial(),
  })
  .partial();

const helmFlags = z
  .strictObject({ global: texts, install: texts, upgrade: texts, depBuild: texts, template: texts })
  .partial();

const release = z.strictObject({
  name: z.string(),
  ...z
    .strictObject({
      chartPath: z.string(),
      remoteChart: z.string(),
      repo: z.string(),
      version: z.string(),
      valuesFiles: texts,
      namespace: z.string(),
      createNamespace: z.boolean(),
      setValues: helmValues,
      setValueTemplates: helmValues,
      setFiles: byName,
      overrides: helmValues,
      wait: z.boolean(),
      recreatePods: z.boolean(),
      skipBuildDependencies: z.boolean(),
      skipTests: z.boolean(),
      upgradeOnChange: z.boolean(),
      useHelmSecrets: z.boolean(),
      packaged: z.strictObject({ version: z.string(), appVersion: z.string() }).partial(),
      dependsOn: texts,
    })
    .partial().shape,
});

const manifests = z
  .strictObject({
    rawYaml: texts,
    kustomize: z.strictObject({ paths: texts, buildArgs: texts }).partial(),
    helm: z.strictObject({ releases: z.array(release), flags: helmFlags.optional() }),
    output: z.string(),
  })
  .partial();

const hooks = z.strictObject({ before: z.array(host), after: z.array(host) }).partial();
const deploy = z
  .strictObject({
    helm: z
      .strictObject({ releases: z.array(release), flags: helmFlags, hooks, concurrency: z.int().min(0) })
      .partial(),
    kubectl: z
      .strictObject({
        flags: z
          .strictObject({ global: texts, apply: texts, delete: texts, disableValidation: z.boolean() })
          .partial(),
        defaultNamespace: z.string(),
        hooks,
      })
      .partial(),
    statusCheck: z.boolean(),
    statusCheckDeadlineSeconds: z.int().min(1),
    tolerateFailuresUntilDeadline: z.boolean(),
    kubeContext: z.string(),
    logs: z
      .strictObject({
        prefix: z.enum(['container', 'podAndContainer', 'auto', 'none']),
        jsonParse: z.strictObject({ fields: texts }),
      })
      .partial(),
  })
  .partial();

const resourceTypes = [
  'Service',
  'Pod',
  'Deployment',
  'StatefulSet',
  'DaemonSet',
  'ReplicaSet',
  'Job',
  'CronJob',
];
const portForward = z.array(
  z.strictObject({
    resourceType: z
      .string()
      .refine((type) => resourceTypes.some((one) => one.toLowerCase() === type.toLowerCase())),
    resourceName: z.string(),
    port: z.union([z.string(), z.int().min(1).max(65535)]),
    localPort: z.int().min(1).max(65535).optional(),
    namespace: z.string().optional(),
    address: z.string().optional(),
  }),
);

const verify = z.array(
  z.strictObject({
    name: z.string(),
    timeout: z.int().min(1).optional(),
    container: z.strictObject({
      name: z.string(),
      image: z.string(),
      command: texts.optional(),
      args: texts.optional(),
      env: z.array(z.strictObject({ name: z.string(), value: z.string() })).optional(),
    }),
    executionMode: z
      .strictObject({
        local: z.strictObject({ useLocalImages: z.boolean() }).partial(),
        kubernetesCluster: z.strictObject({ overrides: z.string(), jobManifestPath: z.string() }).partial(),
      })
      .partial()
      .optional(),
  }),
);

const sections = z.strictObject({ build, manifests, deploy, portForward, verify }).partial().shape;
const operations = ['add', 'remove', 'replace', 'move', 'copy', 'test'] as const;

const profile = z.strictObject({
  name: z.string(),
  ...sections,
  activation: z
    .array(z.strictObject({ env: z.string(), kubeContext: z.string(), command: z.string() }).partial())
    .optional(),
  requiresAllActivations: z.boolean().optional(),
  patches: z
    .array(
      z.strictObject({
        op: z.enum(operations).optional(),
        path: z.string().startsWith('/'),
        from: z.string().startsWith('/').optional(),
        value: z.unknown().optional(),
      }),
    )
    .optional(),
});

export const config = z.strictObject({
  apiVersion: z.enum(['skaffold/v4beta13', 'skaffold/v4beta14']),
  kind: z.literal('Config'),
  metadata: z.strictObject({ name: z.string(), labels: byName, annotations: byName }).partial().optional(),
  ...sections,
  profiles: z.array(profile).optional(),
});

export type Config = z.infer<typeof config>;
