import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/sample-clips';
import { faultsOf } from './inspection.ts';
import type { LoadReport } from './load.ts';
import { startLoad } from './load-process.ts';
import { say } from './progress.ts';
import { isClosedByPolicyAlone, reachProblems, waysTried } from './reach.ts';
import { scrapeProblems } from './scrape.ts';
import { PUBLIC_URL, prepareSystem, RELEASE, type System, TRANSCODER, WEB } from './system.ts';
import { SCALE } from './time.ts';
import { type UpgradeResult, upgrade } from './upgrade.ts';

// The story: install, look, play, replace everything under load; then a control that shows that failures are seen.
const [folder = '', cgroup = ''] = process.argv.slice(2);
const problems: string[] = [];

try {
  const longClip = join(folder, 'long.mp4');
  const clipMade = makeClip(findFfmpeg().ffmpeg, 'landscape', longClip, { seconds: 30 });
  // Looked at below; until then a failure must not end this program.
  clipMade.catch(() => {});
  const system = await prepareSystem(folder, cgroup);
  await install(system);
  await look(system);
  await play(system);
  await clipMade;
  const upgraded = await upgrade(system, longClip);
  problems.push(...upgraded.problems);
  const control = await replaceWithoutPause(system);
  await system.cluster.stopAll();
  problems.push(...system.cluster.pods.flatMap((pod) => pod.problems));
  for (const problem of problems) say(`PROBLEM ${problem}`);
  process.stdout.write(`${JSON.stringify(resultOf(system, upgraded, control))}\n`);
} catch (error) {
  problems.push(String(error));
  for (const problem of problems) say(`PROBLEM ${problem}`);
  process.stdout.write(`${error instanceof Error ? error.stack : error}\n`);
}
// The namespaces end with this process, and take every pod and server with them.
process.exit(problems.length === 0 ? 0 : 1);

/** helm install: the first hooks meet only what hooks have made, then everything else comes at once. */
async function install({ cluster, balancer, objects }: System): Promise<void> {
  await cluster.apply(
    objects.filter(({ metadata }) => metadata.annotations?.['helm.sh/hook']?.includes('pre-install')),
  );
  await cluster.run('Job', `${RELEASE}-migrate`);
  say('migrated, by a login that is no superuser');
  await cluster.apply(objects);
  await balancer.open();
  const names = [...WEB, TRANSCODER];
  await Promise.all(names.map((name) => cluster.deploy(name)));
  say(`${names.flatMap((name) => cluster.running(name)).length} pods are ready`);
}

/** Whether sandboxes, firewalls and monitors are as the chart says. */
async function look({ cluster, objects }: System): Promise<void> {
  const faults = [...WEB, TRANSCODER].flatMap((name) => cluster.running(name)).flatMap(faultsOf);
  problems.push(...faults, ...(await reachProblems(cluster, RELEASE)), ...(await scrapeProblems(cluster)));
  if (!(await isClosedByPolicyAlone(cluster, RELEASE)))
    problems.push('the ways are closed even without policies');
  await cluster.apply(objects);
  say(`${waysTried} ways between pods and addresses tried, every monitor's targets scraped`);
}

/** The doctor, the commands and the chart's test inside the cluster, then the same game through the load balancer. */
async function play({ cluster }: System): Promise<void> {
  const doctor = await cluster.run('CronJob', `${RELEASE}-doctor`);
  say(`doctor: ${doctor.sandbox.lines.at(-1)}`);
  const smoke = await cluster.run('Pod', `${RELEASE}-smoke-test`);
  say(`helm test: ${smoke.sandbox.lines.at(-1)}`);
  for (const command of ['redrive', 'requeue', 'clean-up', 'audit']) {
    const { sandbox } = await cluster.run('CronJob', `${RELEASE}-${command}`);
    say(`${command}: ${sandbox.lines.at(-1)}`);
  }
  const program = join(import.meta.dirname, '../../packages/toolbox/src/smoke.ts');
  const outside = spawn(process.execPath, [program], { env: { ...process.env, BASE_URL: PUBLIC_URL } });
  const lines: string[] = [];
  createInterface(outside.stdout).on('line', (line) => void lines.push(line));
  const [code] = await once(outside, 'close');
  if (code !== 0) throw new Error(`the main job fails through the load balancer:\n${lines.join('\n')}`);
  say(`through the load balancer: ${lines.at(-1)}`);
}

/** The control: pods that stop before the load balancer knows must cost requests, or the rest proved nothing. */
async function replaceWithoutPause({ cluster }: System): Promise<LoadReport> {
  const load = await startLoad(PUBLIC_URL, 'without-uploads');
  await cluster.roll(`${RELEASE}-votes`, { preStopSeconds: 0 });
  const report = await load.finish();
  say(`control: without the pause before the stop ${report.failed} of ${report.requests} requests failed`);
  if (report.failed === 0) problems.push('the control did not fail');
  return report;
}

function resultOf({ cluster }: System, { report, inFlight, lost }: UpgradeResult, control: LoadReport) {
  const { pods } = cluster;
  const services = [...new Set(pods.map(({ labels }) => labels['app.kubernetes.io/name'] ?? ''))];
  const of = (service: string) => pods.filter(({ labels }) => labels['app.kubernetes.io/name'] === service);
  const each = (measure: (service: string) => number) =>
    Object.fromEntries(services.map((service) => [service, measure(service)]));
  return {
    suite: 'pods',
    pods: pods.length,
    ways: waysTried,
    requests: report.requests,
    failed: report.failed,
    in_flight_at_sigterm: inFlight,
    jobs: report.uploads.length,
    lost,
    votes: Object.values(report.votes).reduce((sum, votes) => sum + votes, 0),
    control_failed_requests: control.failed,
    peak_mb: each((service) => Math.max(...of(service).map(({ peakMib }) => peakMib))),
    limit_mb: each((service) => of(service)[0]?.limitMib ?? 0),
    slowest_stop_seconds: each((service) => Math.max(...of(service).map(({ stopSeconds }) => stopSeconds))),
    time_scale: SCALE,
    not_enforced: ['seccomp', 'cpu'],
    problems: problems.length,
    seconds: Math.round(performance.now() / 1000),
  };
}
