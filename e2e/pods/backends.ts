import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer as createHttpServer } from 'node:http';
import { connect, createServer } from 'node:net';
import { join } from 'node:path';
import { startCloud } from '@anb/embedded/cloud';
import { freePorts } from '@anb/embedded/ports';
import { startPostgres } from '@anb/embedded/postgres';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { addresses } from './network.ts';
import type { Data } from './pod-template.ts';

export const DATABASE_NAME = 'database.example.internal';
/** By address: the store would take the first part of a name for a bucket. */
const AWS_URL = `http://${addresses.aws}:443`;
const BUCKET = 'rising-stars-media';
const QUEUE = 'rising-stars-transcode';
const MASTER = 'rising_stars_master';

export interface Backends {
  /** Of the chart: where they are. */
  values: Record<string, unknown>;
  secrets: Map<string, Data>;
  /** The database, seen by a superuser. */
  sql: Sql;
  /** Where the store keeps the bucket's objects. */
  objects: string;
  stop: () => Promise<void>;
}

/** Stands in for RDS, S3, SQS and EKS' agent of pod identities, each at its own address. */
export async function startBackends(folder: string): Promise<Backends> {
  const [databasePort = 0, cloudPort = 0] = await freePorts(2);
  const secrets = makeSecrets();
  const postgres = await startPostgres({
    dataDir: join(folder, 'postgres'),
    port: databasePort,
    password: randomBytes(16).toString('hex'),
    settings: { fsync: 'off', max_connections: '400' },
  });
  const sql = await createDatabase(postgres.url, secrets.get('rising-stars-database-master')?.password ?? '');
  const objects = join(folder, 'objects');
  const queue = { name: QUEUE, visibilitySeconds: 30 };
  const cloud = await startCloud({ folder: objects, port: cloudPort, bucket: BUCKET, queue });
  await forward(addresses.database, 5432, databasePort);
  await forward(addresses.aws, 443, cloudPort);
  await serveIdentities();
  return {
    values: valuesOf(),
    secrets,
    sql,
    objects: join(objects, 'buckets', BUCKET, 'objects'),
    stop: async () => {
      await sql.end({ timeout: 1 });
      await cloud.stop();
      await postgres.stop();
    },
  };
}

/** As on RDS: the master is no superuser but may make roles, and owns the database. */
async function createDatabase(url: string, password: string): Promise<Sql> {
  const server = openDatabase({ url, max: 1, applicationName: 'test:pods' });
  await server.unsafe(`create role ${MASTER} login createrole createdb password '${password}'`);
  await server.unsafe(`create database anb owner ${MASTER}`);
  await server.end();
  return openDatabase({ url: url.replace(/postgres$/, 'anb'), max: 2, applicationName: 'test:pods' });
}

/** The ones that the chart's defaults name. */
function makeSecrets(): Map<string, Data> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const password = () => ({ password: randomBytes(16).toString('hex') });
  return new Map<string, Data>([
    ['rising-stars-database-master', { username: MASTER, ...password() }],
    ...['auth', 'videos', 'votes', 'transcoder'].map((name): [string, Data] => [
      `rising-stars-database-${name}`,
      password(),
    ]),
    [
      'rising-stars-signing-key',
      { 'signing-key.pem': privateKey.export({ type: 'pkcs8', format: 'pem' }).toString() },
    ],
  ]);
}

function valuesOf() {
  return {
    database: { host: DATABASE_NAME, port: 5432, name: 'anb', sslMode: 'disable' },
    storage: { bucket: BUCKET, endpoint: AWS_URL },
    queue: {
      url: `${AWS_URL}/000000000000/${QUEUE}`,
      deadLetterUrl: `${AWS_URL}/000000000000/${QUEUE}-dead-letters`,
      endpoint: AWS_URL,
    },
  };
}

/** Connections to one of the bridge's addresses go on to a server on loopback. */
async function forward(address: string, port: number, to: number): Promise<void> {
  const door = createServer({ noDelay: true }, (socket) => {
    const onward = connect({ port: to, host: '127.0.0.1', noDelay: true });
    socket.pipe(onward).pipe(socket);
    for (const [end, other] of [[socket, onward] as const, [onward, socket] as const])
      end.on('error', () => {}).on('close', () => other.destroy());
  });
  door.listen(port, address);
  await once(door, 'listening');
}

const TOKEN = randomBytes(16).toString('hex');
const TOKEN_FILE = '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token';

/** What EKS' webhook adds to a pod whose ServiceAccount has a role. */
export const podIdentity = {
  environment: {
    AWS_CONTAINER_CREDENTIALS_FULL_URI: `http://${addresses.podIdentity}/v1/credentials`,
    AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE: TOKEN_FILE,
  },
  tokenFile: TOKEN_FILE,
  token: TOKEN,
};

async function serveIdentities(): Promise<void> {
  const agent = createHttpServer((request, response) => {
    if (request.headers.authorization !== TOKEN) return void response.writeHead(401).end();
    response.setHeader('content-type', 'application/json').end(
      JSON.stringify({
        AccessKeyId: 'ASIAEXAMPLE',
        SecretAccessKey: 'example',
        Token: 'example',
        Expiration: new Date(Date.now() + 6 * 3_600_000).toISOString(),
      }),
    );
  });
  agent.listen(80, addresses.podIdentity);
  await once(agent, 'listening');
}
