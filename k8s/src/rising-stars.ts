import { Chart } from 'cdk8s';
import type { Construct } from 'constructs';
import { Commands } from './constructs/commands.ts';
import {
  awsConfig,
  browserConfig,
  challengeConfig,
  challengeSecret,
  databaseConfig,
  databaseSecret,
  deadLetterConfig,
  mailConfig,
  mailSecret,
  publicConfig,
  signedUrlConfig,
  storeOrigin,
  widgetConfig,
} from './constructs/config.ts';
import { DevBackends } from './constructs/dev-backends.ts';
import { ExternalSecrets } from './constructs/external-secrets.ts';
import { HttpService } from './constructs/http-service.ts';
import { Monitoring, type MonitoringProps } from './constructs/monitoring.ts';
import { serviceUrl } from './constructs/names.ts';
import { DefaultDeny } from './constructs/network-policy.ts';
import { secretPath } from './constructs/pod.ts';
import { PublicIngress } from './constructs/public-ingress.ts';
import { QueueWorker } from './constructs/queue-worker.ts';
import { Toolbox } from './constructs/toolbox.ts';
import { Expression, text, when } from './template/placeholders.ts';
import { values } from './values.ts';

const { secrets, auth, videos, votes, portal, transcoder, queue } = values;

const database = (login: 'auth' | 'videos' | 'votes' | 'transcoder') => {
  const access = { login, pool: values[login].databasePool, secret: secrets[login] };
  return { config: databaseConfig(access), secret: databaseSecret(access) };
};

/** All of the Secret: while a key is rotated it holds two. */
const signingKeys = { folder: 'signing-keys', secret: secrets.signingKey.existingSecret };

/** The job in hand may go on for the grace period, less the time to put it back. */
const grace = transcoder.terminationGracePeriodSeconds;
const drainSeconds = new Expression(`max 0 (sub ${grace.source} 60)`, Math.max(0, grace.plain - 60));

/** Every object of the system. */
export class RisingStars extends Chart {
  constructor(scope: Construct, monitoring: MonitoringProps) {
    super(scope, 'rising-stars', { disableResourceNameHashes: true });
    const db = {
      auth: database('auth'),
      videos: database('videos'),
      votes: database('votes'),
      transcoder: database('transcoder'),
    };

    new HttpService(this, 'auth', {
      values: auth,
      config: {
        ...db.auth.config,
        ...browserConfig,
        PUBLIC_URL: text`${values.publicUrl}`,
        SIGNING_KEYS_DIR: secretPath(signingKeys),
        HASH_CONCURRENCY: text`${auth.hashConcurrency}`,
        ...mailConfig,
        ...challengeConfig,
      },
      secretFiles: [db.auth.secret, signingKeys, mailSecret, challengeSecret],
      reaches: { database: true, mail: true, challenge: true },
    });
    new HttpService(this, 'videos', {
      values: videos,
      config: {
        ...db.videos.config,
        ...browserConfig,
        ...awsConfig,
        ...signedUrlConfig,
        ...deadLetterConfig,
        ...publicConfig,
        MAX_UPLOAD_MB: text`${videos.maxUploadMb}`,
        MAX_DIRECT_UPLOAD_MB: text`${videos.maxDirectUploadMb}`,
        MAX_VIDEOS: text`${videos.maxVideosPerPlayer}`,
        MAX_DIRECT_UPLOADS: text`${videos.maxDirectUploads}`,
      },
      secretFiles: [db.videos.secret],
      reaches: { database: true, aws: true },
      calledBy: ['portal'],
    });
    new Commands(this, 'videos-commands', {
      of: 'videos',
      values: videos,
      databaseSecrets: [db.videos.secret],
      reaches: { database: true, aws: true },
    });
    new HttpService(this, 'votes', {
      values: votes,
      config: {
        ...db.votes.config,
        ...browserConfig,
        ...publicConfig,
        VOTE_NEEDS_VERIFIED_EMAIL: text`${votes.needsVerifiedEmail}`,
        ...challengeConfig,
        VOTES_PER_MINUTE_USER: text`${votes.votesPerMinute.user}`,
        VOTES_PER_MINUTE_ADDRESS: text`${votes.votesPerMinute.address}`,
        RANKING_STREAMS: text`${votes.rankingStreams}`,
        FLAG_WINDOW_MINUTES: text`${votes.flags.windowMinutes}`,
        FLAG_NETWORK_VOTES: text`${votes.flags.networkVotes}`,
        FLAG_ACCOUNT_VOTES: text`${votes.flags.accountVotes}`,
        FLAG_ACCOUNT_PERCENT: text`${votes.flags.accountPercent}`,
        FLAG_NEWBORN_MINUTES: text`${votes.flags.newbornMinutes}`,
      },
      secretFiles: [db.votes.secret, challengeSecret],
      reaches: { database: true, challenge: true },
      calledBy: ['portal'],
    });
    new HttpService(this, 'portal', {
      values: portal,
      config: {
        ...publicConfig,
        VOTES_URL: serviceUrl('votes'),
        VIDEOS_URL: serviceUrl('videos'),
        STORE_ORIGIN: storeOrigin,
        MAX_DIRECT_UPLOAD_MB: text`${videos.maxDirectUploadMb}`,
        CONTACT_EMAIL: when(values.contactEmail, text`${values.contactEmail}`),
        ...widgetConfig,
      },
      reaches: { services: ['votes', 'videos'] },
      // A page names the scripts of its own release, which during a rollout not every pod has.
      isSticky: true,
    });
    new QueueWorker(this, 'transcoder', {
      values: transcoder,
      queueUrl: queue.url,
      config: {
        ...db.transcoder.config,
        ...awsConfig,
        VISIBILITY_SECONDS: text`${queue.visibilitySeconds}`,
        DRAIN_SECONDS: text`${drainSeconds}`,
      },
      secretFiles: [db.transcoder.secret],
      reaches: { database: true, aws: true },
    });

    new PublicIngress(this);
    new DefaultDeny(this);
    new ExternalSecrets(this);
    new Toolbox(this);
    new DevBackends(this);
    new Monitoring(this, monitoring);
  }
}
