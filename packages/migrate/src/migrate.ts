import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { ISql, Sql } from '@anb/service-kit/database';
import { scramVerifier } from './scram.ts';

/** Services with tables of their own, in the order of their migrations: a later one may use an earlier one's views. */
const schemas = ['auth', 'videos', 'votes'] as const;

/** Login roles, one a service. The transcoder owns nothing: it calls functions of videos. */
export const roles = ['anb_auth', 'anb_videos', 'anb_votes', 'anb_transcoder'] as const;
export type Role = (typeof roles)[number];

/** Owns every object and logs in never; services can not change tables. */
const OWNER = 'anb_owner';
/** Any fixed number, the same in every copy of this program. */
const LOCK = 7_203_411;

export interface Migration {
  /** As noted in the database: auth/0001_accounts.sql */
  file: string;
  sql: string;
  checksum: string;
}

/** Nothing was changed, for the reason that the message gives. */
export class MigrationRefused extends Error {}

export interface MigrateOptions {
  /** One connection (max: 1) of a role that may create roles and owns the database. */
  sql: Sql;
  passwords: Record<Role, string>;
  report: (line: string) => void;
}

/**
 * Brings roles and schemas to the newest state; safe to run at any time and by several at once.
 * Forward only: an applied file that was edited afterwards is refused.
 */
export async function migrate({ sql, passwords, report }: MigrateOptions): Promise<void> {
  await sql`set statement_timeout = 0`;
  await sql`select pg_advisory_lock(${LOCK})`;
  try {
    await prepareRoles(sql, passwords);
    await prepareSchemas(sql);
    const applied = new Map(
      (await sql<{ file: string; checksum: string }[]>`select file, checksum from migrate.applied`).map(
        ({ file, checksum }) => [file, checksum],
      ),
    );
    for (const migration of readMigrations()) {
      const { file } = migration;
      const checksum = applied.get(file);
      if (checksum === undefined) {
        await apply(sql, migration);
        report(`applied ${file}`);
      } else if (checksum !== migration.checksum) {
        throw new MigrationRefused(
          `${file} was changed after it had been applied; add a new migration instead`,
        );
      }
    }
  } finally {
    await sql`select pg_advisory_unlock(${LOCK})`;
  }
}

/** Every service's, in the order in which they are applied. */
export function readMigrations(): Migration[] {
  return schemas.flatMap((schema) => {
    const folder = fileURLToPath(new URL(`../../../services/${schema}/migrations/`, import.meta.url));
    return readdirSync(folder)
      .filter((name) => name.endsWith('.sql'))
      .sort()
      .map((name) => {
        const sql = readFileSync(`${folder}/${name}`, 'utf8');
        return { file: `${schema}/${name}`, sql, checksum: createHash('sha256').update(sql).digest('hex') };
      });
  });
}

/** Works as a superuser and as RDS' master user, who is none: that one must be a member of the owner first. */
async function prepareRoles(sql: Sql, passwords: Record<Role, string>): Promise<void> {
  const [database] = await sql<{ name: string }[]>`select current_database() as name`;
  const name = database?.name ?? '';
  await ensureRole(sql, OWNER, 'nologin');
  await sql.unsafe(`grant ${OWNER} to current_user`);
  await sql`grant create, connect on database ${sql(name)} to ${sql(OWNER)}`;
  await sql`revoke all on database ${sql(name)} from public`;
  for (const role of roles) {
    // DDL takes no parameters; the verifier needs no quoting.
    await ensureRole(sql, role, `login password '${scramVerifier(passwords[role])}'`);
    await sql`grant connect on database ${sql(name)} to ${sql(role)}`;
  }
}

async function ensureRole(sql: ISql, role: string, options: string): Promise<void> {
  const [known] = await sql`select from pg_roles where rolname = ${role}`;
  await sql.unsafe(`${known ? 'alter' : 'create'} role ${role} ${options}`);
}

async function prepareSchemas(sql: Sql): Promise<void> {
  await asOwner(sql, async (owner) => {
    await owner`create schema if not exists migrate`;
    await owner`
      create table if not exists migrate.applied (
        file        text primary key,
        checksum    text not null,
        applied_at  timestamptz not null default now()
      )`;
    // For services that wait at their start; a view, so that they see no more than names.
    await owner.unsafe(`
      create or replace view migrate.applied_file as select file from migrate.applied;
      grant usage on schema migrate to ${roles.join(', ')};
      grant select on migrate.applied_file to ${roles.join(', ')};
    `);
    await owner.unsafe('alter default privileges revoke execute on functions from public');
    for (const schema of schemas) {
      await owner.unsafe(`
        create schema if not exists ${schema};
        grant usage on schema ${schema} to anb_${schema};
        alter default privileges in schema ${schema}
          grant select, insert, update, delete on tables to anb_${schema};
      `);
    }
  });
}

async function apply(sql: Sql, { file, sql: statements, checksum }: Migration): Promise<void> {
  await asOwner(sql, async (owner) => {
    await owner.unsafe(statements);
    await owner`insert into migrate.applied (file, checksum) values (${file}, ${checksum})`;
  });
}

function asOwner(sql: Sql, work: (owner: ISql) => Promise<void>): Promise<unknown> {
  return sql.begin(async (transaction) => {
    await transaction.unsafe(`set local role ${OWNER}`);
    await work(transaction);
  });
}
