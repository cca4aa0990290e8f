import { dashboard, type Panel, type Row } from './grafana.ts';

const NS = 'namespace=~"$namespace"';
const PROGRAMS = `${NS},app=~"auth|portal|transcoder|videos|votes"`;
/** As long as a sender's link, or the joining of parts in the store, takes. */
const UPLOADS = '/api/videos/upload(s/:video_id/complete)?';
const VOTE = '/api/public/videos/:video_id/vote';

/** Per second, of a counter or of a histogram's part. */
const rate = (metric: string, labels = NS) => `rate(${metric}{${labels}}[$__rate_interval])`;
const requests = (labels = NS) => rate('anb_http_request_duration_seconds_count', labels);
const quantile = (q: number, histogram: string, by = '', labels = NS) =>
  `histogram_quantile(${q}, sum by (${by}le) (${rate(`${histogram}_bucket`, labels)}))`;
/** Every replica of a service shows the same. */
const shared = (metric: string, by = '', labels = NS) => `max ${by && `by (${by}) `}(${metric}{${labels}})`;

const one = (panel: Omit<Panel, 'queries'> & { expr: string; legend: string }): Panel => {
  const { expr, legend, ...rest } = panel;
  return { ...rest, queries: [{ expr, legend }] };
};

const traffic: Row = {
  title: 'Requests',
  panels: [
    one({
      title: 'Requests by service',
      description: 'Per second, all answers.',
      unit: 'reqps',
      expr: `sum by (app) (${requests()})`,
      legend: '{{app}}',
    }),
    one({
      title: 'Errors by service',
      description: 'Share of answers that are a fault of ours (5xx). The objective allows 0.1 %.',
      unit: 'percentunit',
      limit: 0.001,
      expr: `(sum by (app) (${requests(`${NS},code=~"5.."`)}) or 0 * sum by (app) (${requests()})) / sum by (app) (${requests()})`,
      legend: '{{app}}',
    }),
    {
      title: 'Latency by service',
      description:
        'Half and 99 % of the answers are faster; without uploads. The objective is 300 ms for 99 %.',
      unit: 's',
      limit: 0.3,
      queries: [0.5, 0.99].map((q) => ({
        expr: quantile(q, 'anb_http_request_duration_seconds', 'app, ', `${NS},route!~"${UPLOADS}"`),
        legend: `{{app}} p${q * 100}`,
      })),
    },
    one({
      title: 'Requests by route',
      description: 'Per second, the fifteen busiest.',
      unit: 'reqps',
      expr: `topk(15, sum by (app, method, route) (${requests()}))`,
      legend: '{{app}} {{method}} {{route}}',
    }),
    one({
      title: 'Refusals and errors by route',
      description: 'Answers of 4xx and 5xx per second, the fifteen most frequent.',
      unit: 'reqps',
      expr: `topk(15, sum by (app, method, route, code) (${requests(`${NS},code=~"[45].."`)}))`,
      legend: '{{code}} {{app}} {{method}} {{route}}',
    }),
    one({
      title: 'Latency by route',
      description: '99 % of the answers are faster; the fifteen slowest.',
      unit: 's',
      limit: 0.3,
      expr: `topk(15, ${quantile(0.99, 'anb_http_request_duration_seconds', 'app, method, route, ')})`,
      legend: '{{app}} {{method}} {{route}}',
    }),
  ],
};

const voting: Row = {
  title: 'Voting and ranking',
  panels: [
    one({
      title: 'Votes by result',
      description: 'Per second; only "recorded" counts.',
      unit: 'ops',
      expr: `sum by (result) (${rate('anb_votes_total')})`,
      legend: '{{result}}',
    }),
    {
      title: 'Latency of a vote',
      description: 'The objective is 300 ms for 99 %.',
      unit: 's',
      limit: 0.3,
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: quantile(q, 'anb_http_request_duration_seconds', '', `${NS},route="${VOTE}"`),
        legend: `p${q * 100}`,
      })),
    },
    one({
      title: 'Age of the ranking',
      description:
        'Since the oldest replica last read it from the database, every 0.4 s. A vote is to be in it within 1 s.',
      unit: 's',
      limit: 1,
      expr: shared('anb_ranking_snapshot_age_seconds'),
      legend: 'oldest replica',
    }),
    one({
      title: 'Flags',
      description: 'Votes that came together in a strange way and wait for an organiser, by kind.',
      unit: 'short',
      expr: shared('anb_vote_flags_open', 'kind'),
      legend: '{{kind}}',
    }),
    one({
      title: 'Votes waiting',
      description: 'For the next batch, where most do; beyond 10,000 a vote is answered 503.',
      unit: 'short',
      limit: 10_000,
      expr: shared('anb_votes_waiting'),
      legend: 'fullest replica',
    }),
    one({
      title: 'Ranking streams',
      description:
        'Clients that watch a ranking, where most do; one more than RANKING_STREAMS is answered 503.',
      unit: 'short',
      expr: shared('anb_ranking_streams'),
      legend: 'fullest replica',
    }),
  ],
};

const transcoding: Row = {
  title: 'Transcoding',
  panels: [
    one({
      title: 'Queue',
      description: 'Messages in SQS by state. In flight: a worker has it, or it waits for its next attempt.',
      unit: 'short',
      expr: shared('anb_queue_messages', 'state'),
      legend: '{{state}}',
    }),
    {
      title: 'Jobs and workers',
      description:
        'Unfinished videos by the database: waiting, or in the hands of a worker; and running workers.',
      unit: 'short',
      queries: [
        { expr: shared('anb_jobs_waiting'), legend: 'waiting' },
        { expr: shared('anb_jobs_leased'), legend: 'in hand' },
        { expr: `count(anb_build_info{${NS},app="transcoder"})`, legend: 'workers' },
      ],
    },
    one({
      title: 'Oldest waiting upload',
      description:
        'Time since the upload of the oldest that no worker has in hand. The alert stands at ten minutes.',
      unit: 's',
      limit: 600,
      expr: shared('anb_jobs_oldest_waiting_seconds'),
      legend: 'oldest',
    }),
    {
      title: 'Duration of a job',
      description: 'From receiving a message to its video processed or failed.',
      unit: 's',
      queries: [0.5, 0.95, 0.99].map((q) => ({
        expr: quantile(q, 'anb_job_duration_seconds'),
        legend: `p${q * 100}`,
      })),
    },
    {
      title: 'Wait in the queue',
      description: 'From sending a message to receiving it; again for every new attempt.',
      unit: 's',
      queries: [0.5, 0.95].map((q) => ({
        expr: quantile(q, 'anb_job_queue_wait_seconds'),
        legend: `p${q * 100}`,
      })),
    },
    one({
      title: 'Messages by outcome',
      description:
        'Per second. "released" comes back later, "busy" belongs to another worker, "final" had nothing left to do.',
      unit: 'ops',
      expr: `sum by (outcome) (${rate('anb_jobs_total')})`,
      legend: '{{outcome}}',
    }),
    one({
      title: 'Leases lost, last hour',
      description:
        'Jobs whose worker was taken for dead or whose video was deleted meanwhile. Now and then is normal.',
      unit: 'short',
      stat: true,
      limit: 5,
      expr: `sum(increase(anb_jobs_total{${NS},outcome="lost"}[1h]))`,
      legend: 'lost',
    }),
    one({
      title: 'Jobs sent again, last hour',
      description: 'They waited while the queue was empty: their messages were gone. Should be none.',
      unit: 'short',
      stat: true,
      limit: 1,
      expr: `sum(increase(anb_jobs_resent_total{${NS}}[1h]))`,
      legend: 'sent again',
    }),
    one({
      title: 'Dead letters',
      description: 'Messages that were received too often without an end. Should be none.',
      unit: 'short',
      stat: true,
      limit: 1,
      expr: shared('anb_queue_dead_letters'),
      legend: 'dead letters',
    }),
    one({
      title: 'Players who watch',
      description: 'Open streams of progress, of each replica of videos; 2000 is as many as one takes.',
      unit: 'short',
      limit: 2000,
      width: 24,
      expr: `anb_progress_streams{${NS}}`,
      legend: '{{pod}}',
    }),
  ],
};

const outbox: Row = {
  title: 'Outbox',
  panels: [
    one({
      title: 'Entries waiting',
      description:
        'Jobs on their way to SQS; media that move because a video was opened, hidden or made private, or that leave.',
      unit: 'short',
      expr: shared('anb_outbox_pending', 'kind'),
      legend: '{{kind}}',
    }),
    one({
      title: 'Oldest entry',
      description:
        'An entry lives for about a second, and media must be gone within a minute; there the alert stands.',
      unit: 's',
      limit: 60,
      expr: shared('anb_outbox_oldest_seconds', 'kind'),
      legend: '{{kind}}',
    }),
    one({
      title: 'Entries done',
      description: 'Per second, by all replicas of videos.',
      unit: 'ops',
      expr: `sum by (kind) (${rate('anb_outbox_published_total')})`,
      legend: '{{kind}}',
    }),
  ],
};

const mails: Row = {
  title: 'Mails',
  panels: [
    one({
      title: 'Mails waiting',
      description: 'Codes, links and news of clips that are not sent yet.',
      unit: 'short',
      expr: shared('anb_mails_waiting'),
      legend: 'waiting',
    }),
    one({
      title: 'Oldest mail',
      description:
        'A mail leaves within seconds. After a quarter of an hour without any sent the alert stands.',
      unit: 's',
      limit: 900,
      expr: shared('anb_mail_oldest_seconds'),
      legend: 'oldest',
    }),
    one({
      title: 'Attempts to send',
      description: 'Per second, by result, by all replicas of auth.',
      unit: 'ops',
      expr: `sum by (result) (${rate('anb_mails_total')})`,
      legend: '{{result}}',
    }),
  ],
};

const resources: Row = {
  title: 'Resources',
  panels: [
    one({
      title: 'CPU',
      description: 'Cores used by each process; ffmpeg is a process of its own, see the container.',
      unit: 'short',
      expr: rate('process_cpu_seconds_total', PROGRAMS),
      legend: '{{app}} {{pod}}',
    }),
    one({
      title: 'Memory',
      description: 'Resident memory of each process.',
      unit: 'bytes',
      expr: `process_resident_memory_bytes{${PROGRAMS}}`,
      legend: '{{app}} {{pod}}',
    }),
    one({
      title: 'Event-loop lag',
      description: 'The 99th percentile since the last scrape. Above 100 ms a process does too much at once.',
      unit: 's',
      limit: 0.1,
      expr: `nodejs_eventloop_lag_p99_seconds{${PROGRAMS}}`,
      legend: '{{app}} {{pod}}',
    }),
    one({
      title: 'Transcoder containers: CPU',
      description: 'Cores used, ffmpeg included. From cAdvisor in the kubelet.',
      unit: 'short',
      width: 12,
      expr: `sum by (pod) (${rate('container_cpu_usage_seconds_total', `${NS},container="transcoder"`)})`,
      legend: '{{pod}}',
    }),
    one({
      title: 'Transcoder containers: memory',
      description: 'Working set, ffmpeg included. From cAdvisor in the kubelet.',
      unit: 'bytes',
      width: 12,
      expr: `sum by (pod) (container_memory_working_set_bytes{${NS},container="transcoder"})`,
      legend: '{{pod}}',
    }),
  ],
};

export const overview = dashboard({
  uid: 'anb-overview',
  title: 'ANB Rising Stars / Overview',
  rows: [traffic, voting, transcoding, outbox, mails, resources],
});
