import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { Api } from '@anb/api-client/api';
import { uploadClip } from '@anb/api-client/upload';
import { findFfmpeg } from '@anb/embedded/ffmpeg';
import { makeClip } from '@anb/testing/clips';
import { faultsOf } from './inspection.ts';
import type { LoadReport } from './load.ts';
import { startLoad } from './load-process.ts';
import { isClosedByPolicyAlone, reachProblems, waysTried } from './reach.ts';
import { PUBLIC_URL, prepareSystem, RELEASE, type System } from './system.ts';
import { SCALE } from './time.ts';

// The story: install, look, play, replace everything under load; then a control that shows that failures are seen.
const [folder = '', cgroup = ''] = process.argv.slice(2);
const WEB = ['auth', 'videos', 'votes', 'portal'].map((service) => `${RELEASE}-${service}`);
const TRANSCODER = `${RELEASE}-transcoder`;
const problems: string[] = [];

const say = (text: string) =>
  void process.stdout.write(`${(performance.now() / 1000).toFixed(1).padStart(6)}  ${text}\n`);

try {
  const system = await prepareSystem(folder, cgroup);
  await install(system);
  await look(system);
  await play(system);
  const report = await replaceUnderLoad(system);
  const control = await replaceWithoutPause(system);
  await system.cluster.stopAll();
  problems.push(...system.cluster.pods.flatMap((pod) => pod.problems));
  for (const problem of problems) say(`PROBLEM ${problem}`);
  process.stdout.write(`${JSON.stringify(resultOf(system, report, control))}\n`);
} catch (error) {
  problems.push(String(error));
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
  await Promise.all([...WEB, TRANSCODER].map((name) => cluster.deploy(name)));
  say(`${[...WEB, TRANSCODER].flatMap((name) => cluster.running(name)).length} pods are ready`);
}

/** Whether the sandboxes and the firewalls are as the chart says. */
async function look({ cluster, objects }: System): Promise<void> {
  const faults = [...WEB, TRANSCODER].flatMap((name) => cluster.running(name)).flatMap(faultsOf);
  problems.push(...faults, ...(await reachProblems(cluster, RELEASE)));
  if (!(await isClosedByPolicyAlone(cluster, RELEASE)))
    problems.push('the ways are closed even without policies');
  await cluster.apply(objects);
  say(`${waysTried} ways between pods and addresses tried`);
}

/** The doctor and the chart's test inside the cluster, then the same game through the load balancer. */
async function play({ cluster }: System): Promise<void> {
  const doctor = await cluster.run('CronJob', `${RELEASE}-doctor`);
  say(`doctor: ${doctor.sandbox.lines.at(-1)}`);
  const smoke = await cluster.run('Pod', `${RELEASE}-smoke-test`);
  say(`helm test: ${smoke.sandbox.lines.at(-1)}`);
  const program = join(import.meta.dirname, '../../packages/toolbox/src/smoke.ts');
  const outside = spawn(process.execPath, [program], { env: { ...process.env, BASE_URL: PUBLIC_URL } });
  const lines: string[] = [];
  createInterface(outside.stdout).on('line', (line) => void lines.push(line));
  const [code] = await once(outside, 'close');
  if (code !== 0) throw new Error(`the main job fails through the load balancer:\n${lines.join('\n')}`);
  say(`through the load balancer: ${lines.at(-1)}`);
}

/** helm upgrade: the hooks, then every Deployment, one after the other. */
async function replaceUnderLoad(system: System): Promise<LoadReport> {
  const { cluster } = system;
  const load = await startLoad(PUBLIC_URL, 'with-uploads');
  say('people are at work');
  await cluster.run('Job', `${RELEASE}-migrate`);
  for (const name of WEB) {
    await cluster.roll(name);
    say(`replaced ${name}`);
  }
  const longJob = await replaceTranscoder(system);
  const report = await load.finish();
  report.uploads.push(longJob);
  for (const failure of report.failures) say(`FAILED ${failure}`);
  if (report.failed > 0) problems.push(`${report.failed} of ${report.requests} requests failed`);
  problems.push(...lostOf(system, report).map((id) => `video ${id} is lost or was made twice`));
  problems.push(...miscounted(report));
  say(`${report.requests} requests, ${report.failed} failed; ${report.uploads.length} uploads`);
  return report;
}

/** SIGTERM comes in the middle of a job. @returns the id of its video */
async function replaceTranscoder({ cluster, backends }: System): Promise<string> {
  const clip = join(folder, 'long.mp4');
  await makeClip(findFfmpeg().ffmpeg, 'landscape', clip, { seconds: 30 });
  const [old] = cluster.running(TRANSCODER);
  const api = new Api(PUBLIC_URL);
  const id = await uploadClip(api, await signUp(api), {
    path: clip,
    filename: 'long.mp4',
    title: 'Larga',
    isPublic: false,
  });
  const isBusy = async () => {
    const [video] = await backends.sql`select status from videos.videos where id = ${id}`;
    return video?.status === 'processing';
  };
  await until('the long clip is in work', 120, isBusy);
  await cluster.roll(TRANSCODER);
  const end = old?.sandbox.lines.find((line) => line.includes(id) && line.includes('"job done"'));
  if (!end?.includes('"outcome":"released"')) problems.push(`SIGTERM did not meet the long job: ${end}`);
  say(`replaced ${TRANSCODER} in the middle of a job`);
  await until('the long clip is processed', 180, async () => {
    const [video] = await backends.sql`select status from videos.videos where id = ${id}`;
    return video?.status === 'processed';
  });
  return id;
}

async function signUp(api: Api): Promise<string> {
  const [email, password] = ['long@example.com', 'un-pase-largo-7'];
  const person = { first_name: 'Luz', last_name: 'Larga', city: 'Cali', country: 'Colombia', email };
  const json = { ...person, password1: password, password2: password, accepts_terms: true };
  await api.call('POST', '/api/auth/signup', { json, expect: { status: 201 } });
  const login = await api.call<{ access_token: string }>('POST', '/api/auth/login', {
    json: { email, password },
  });
  return login.access_token;
}

async function until(what: string, seconds: number, holds: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(50);
  }
}

/** Acknowledged uploads that are not there exactly once. */
function lostOf({ backends }: System, { uploads, notProcessed }: LoadReport): string[] {
  const versions = (id: string) => {
    const media = join(backends.objects, 'media', id);
    return existsSync(media) ? readdirSync(media).length : 0;
  };
  return uploads.filter((id) => notProcessed.includes(id) || versions(id) !== 1);
}

function miscounted({ votes, counted }: LoadReport): string[] {
  return Object.entries(votes)
    .filter(([video, given]) => counted[video] !== given)
    .map(([video, given]) => `video ${video} was given ${given} votes but has ${counted[video]}`);
}

/** The control: pods that stop before the load balancer knows must cost requests, or the others proved nothing. */
async function replaceWithoutPause({ cluster }: System): Promise<LoadReport> {
  const load = await startLoad(PUBLIC_URL, 'without-uploads');
  await cluster.roll(`${RELEASE}-votes`, { preStopSeconds: 0 });
  const report = await load.finish();
  say(`control: without the pause before the stop ${report.failed} of ${report.requests} requests failed`);
  if (report.failed === 0) problems.push('the control did not fail');
  return report;
}

function resultOf(system: System, report: LoadReport, control: LoadReport) {
  const { pods } = system.cluster;
  const services = [...new Set(pods.map(({ labels }) => labels['app.kubernetes.io/name'] ?? ''))];
  const of = (service: string) => pods.filter(({ labels }) => labels['app.kubernetes.io/name'] === service);
  return {
    suite: 'pods',
    pods: pods.length,
    ways: waysTried,
    requests: report.requests,
    failed: report.failed,
    jobs: report.uploads.length,
    lost: lostOf(system, report).length,
    votes: Object.values(report.votes).reduce((sum, votes) => sum + votes, 0),
    control_failed_requests: control.failed,
    peak_mb: Object.fromEntries(
      services.map((name) => [name, Math.max(...of(name).map(({ peakMib }) => peakMib))]),
    ),
    limit_mb: Object.fromEntries(services.map((name) => [name, of(name)[0]?.limitMib])),
    time_scale: SCALE,
    not_enforced: ['seccomp', 'cpu'],
    problems: problems.length,
    seconds: Math.round(performance.now() / 1000),
  };
}
