import { openDatabase, type Sql } from '@anb/service-kit/database';
import { createTestDatabase, type TestDatabase } from '@anb/testing/database';
import { passwords } from '@anb/testing/logins';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { migrate, type Role, roles } from '../src/migrate.ts';

/** What each login may do beyond changing rows of its own schema: a line for each thing that is published to it. */
const published: Record<Role, string[]> = {
  anb_auth: [
    'select migrate.applied_file',
    'execute auth.address_hash_v1',
    'execute auth.attempt_delay_v1',
    'execute auth.begin_sign_in_v1',
    'execute auth.count_attempt_v1',
    'execute auth.count_failure_v1',
    'execute auth.end_sign_in_v1',
    'execute auth.forgive_attempt_v1',
    'execute auth.know_address_v1',
    'execute auth.take_v1',
    'execute videos.forget_owner_v1',
    'execute videos.personal_data_v1',
    'execute votes.forget_person_v1',
    'execute votes.personal_data_v1',
  ],
  anb_videos: [
    'select migrate.applied_file',
    'select auth.deleted_account',
    'select auth.ended_session',
    'select auth.player_card',
    'select auth.public_key',
    'select votes.city_name',
    'select votes.contest_rules',
    'select votes.tally',
    'execute auth.take_v1',
    'execute videos.forget_owner_v1',
  ],
  anb_votes: [
    'select migrate.applied_file',
    'select auth.changed_player',
    'select auth.ended_session',
    'select auth.former_account',
    'select auth.player_card',
    'select auth.public_key',
    'select videos.ballot',
    'execute auth.add_many_v1',
    'execute auth.take_v1',
    'execute votes.network_of',
  ],
  anb_transcoder: [
    'select migrate.applied_file',
    'execute videos.extend_lease_v1',
    'execute videos.extend_lease_v2',
    'execute videos.fail_v1',
    'execute videos.publish_v1',
    'execute videos.publish_v2',
    'execute videos.release_lease_v1',
    'execute videos.release_lease_v2',
    'execute videos.release_lease_v3',
    'execute videos.report_progress_v1',
    'execute videos.take_lease_v1',
    'execute videos.take_lease_v2',
    'execute videos.take_lease_v3',
  ],
};

interface Thing {
  name: string;
  /** A statement for each right on it, which changes nothing. */
  attempts: Record<string, string>;
}

let database: TestDatabase;
let admin: Sql;
let things: Thing[];
beforeAll(async () => {
  database = await createTestDatabase();
  admin = database.admin;
  // A copy has not the template's rights on the database itself.
  const sql = openDatabase({ url: database.adminUrl, max: 1, applicationName: 'test' });
  await migrate({ sql, passwords, report: () => {} });
  await sql.end();
  things = [...(await listRelations()), ...(await listFunctions())];
});
afterAll(() => database.drop());

/** Every table, view and sequence that is not Postgres' own. */
async function listRelations(): Promise<Thing[]> {
  const relations = await admin<{ name: string; kind: string; is_writable: boolean; column: string }[]>`
    select n.nspname || '.' || c.relname as name, c.relkind as kind,
      pg_relation_is_updatable(c.oid, false) & 28 = 28 as is_writable,
      (
        select a.attname
        from pg_attribute a
        where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped and a.attgenerated = ''
          and pg_column_is_updatable(c.oid, a.attnum, false)
        order by a.attnum desc
        limit 1
      ) as column
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    where c.relkind in ('r', 'p', 'v', 'm', 'f', 'S') and n.nspname !~ '^pg_|^information_schema$'
    order by name`;
  return relations.map(({ name, kind, is_writable, column }) => ({
    name,
    attempts: {
      select: `select from ${name} limit 1`,
      ...(kind === 'S' && { usage: `select nextval('${name}')` }),
      ...(is_writable && {
        insert: `insert into ${name} default values`,
        update: `update ${name} set ${column} = ${column} where false`,
        delete: `delete from ${name} where false`,
      }),
      ...(kind === 'r' && { truncate: `truncate ${name}` }),
    },
  }));
}

async function listFunctions(): Promise<Thing[]> {
  const functions = await admin<{ name: string; call: string }[]>`
    select n.nspname || '.' || p.proname as name,
      format('select %I.%I(%s)', n.nspname, p.proname, (
        select string_agg('null::' || format_type(type, null), ', ' order by place)
        from unnest(p.proargtypes) with ordinality arguments (type, place)
      )) as call
    from pg_proc p
    join pg_namespace n on n.oid = p.pronamespace
    where n.nspname !~ '^pg_|^information_schema$'
    order by name`;
  return functions.map(({ name, call }) => ({ name, attempts: { execute: call } }));
}

const isOwn = (role: Role, name: string) => name.startsWith(`${role.slice(4)}.`);
/** What is written once: a trace, a frozen result. */
const lasting = /\.audit$|^votes\.(results|result_rows|voidings|restorations)$/;
const rightsOn = (name: string) => [
  ...['select', 'insert'],
  ...(lasting.test(name) ? [] : ['update', 'delete']),
];
/** Of its own schema's tables and views every row, and what is published. */
function expectedOf(role: Role): string[] {
  const own = things.filter(({ name, attempts }) => isOwn(role, name) && 'insert' in attempts);
  const rights = own.flatMap(({ name }) => rightsOn(name).map((right) => `${right} ${name}`));
  return [...rights, ...published[role]].sort();
}

/** What came of it, undone: the code of an error, or nothing. */
async function attempt(sql: Sql, statement: string): Promise<string | undefined> {
  const undone = new Error('undone');
  return sql
    .begin(async (transaction) => {
      await transaction.unsafe(statement);
      throw undone;
    })
    .catch((error: Error & { code?: string }) => {
      if (error === undone) return undefined;
      if (!error.code) throw error;
      return error.code;
    }) as Promise<string | undefined>;
}
const DENIED = '42501';

describe.each(roles)('the login %s', (role) => {
  let sql: Sql;
  beforeAll(() => {
    sql = database.connect(role);
  });

  test('can do with each table, view, sequence and function what it is granted, and nothing else', async () => {
    const possible: string[] = [];
    for (const { name, attempts } of things) {
      for (const [right, statement] of Object.entries(attempts)) {
        if ((await attempt(sql, statement)) !== DENIED) possible.push(`${right} ${name}`);
      }
    }
    expect(possible.sort()).toEqual(expectedOf(role));
    expect(things.length).toBeGreaterThan(40);
  });

  test.each([
    ['become the owner', 'set role anb_owner'],
    ['become another', 'set session authorization postgres'],
    ['make a login', 'create role mine login'],
    ['read passwords', 'select from pg_authid'],
    ['make a schema', 'create schema mine'],
    ['make a temporary table', 'create temporary table mine (id integer)'],
    ['make an extension', 'create extension dblink'],
    ['run a program', `copy (select 1) to program 'true'`],
    ['write a file', `copy (select 1) to '/tmp/mine'`],
    ['read a file', `select pg_read_file('postgresql.conf')`],
    ['read a folder', `select pg_ls_dir('.')`],
    ['keep statements out of the log', `set log_statement = 'none'`],
    [
      'end the sessions of others',
      `select pg_terminate_backend(pid) from pg_stat_activity where usename = 'postgres'`,
    ],
    ...['auth', 'videos', 'votes', 'migrate', 'public'].flatMap((schema) => [
      [`make a table in ${schema}`, `create table ${schema}.mine (id integer)`],
      [`make a function in ${schema}`, `create function ${schema}.mine() returns void language sql as ''`],
    ]),
  ])('can not %s', async (_what, statement) => {
    expect(await attempt(sql, statement)).toBe(DENIED);
  });

  test('sees that others are connected, and not what they ask', async () => {
    const rows = await sql<{ query: string }[]>`
      select query from pg_stat_activity where usename <> current_user and datname = current_database()`;
    expect(rows.length).toBeGreaterThan(0);
    for (const { query } of rows) expect(query).toBe('<insufficient privilege>');
  });
});

describe('the database', () => {
  test('grants to nobody but the logins, not by column, and never to pass on', async () => {
    const grants = await admin<{ right: string; grantee: string; is_grantable: boolean }[]>`
      with acls (name, owner, acl) as (
        select n.nspname || '.' || c.relname, c.relowner, c.relacl
        from pg_class c join pg_namespace n on n.oid = c.relnamespace
        union all
        select n.nspname || '.' || c.relname || '.' || a.attname, c.relowner, a.attacl
        from pg_attribute a join pg_class c on c.oid = a.attrelid join pg_namespace n on n.oid = c.relnamespace
        union all
        select n.nspname || '.' || p.proname, p.proowner, coalesce(p.proacl, acldefault('f', p.proowner))
        from pg_proc p join pg_namespace n on n.oid = p.pronamespace
      )
      select lower(privilege_type) || ' ' || name as right, is_grantable,
        case grantee when 0 then 'public' else grantee::regrole::text end as grantee
      from acls, aclexplode(acl)
      where name !~ '^pg_|^information_schema\\.' and grantee <> owner`;
    for (const role of roles) {
      const granted = grants.filter(({ grantee }) => grantee === role).map(({ right }) => right);
      expect(granted.sort()).toEqual(expectedOf(role));
    }
    expect(grants.filter(({ grantee }) => !roles.includes(grantee as Role))).toEqual([]);
    expect(grants.filter(({ is_grantable }) => is_grantable)).toEqual([]);
  });

  test('lets each login into the schemas of what is published to it', async () => {
    for (const role of roles) {
      const entered = await admin<{ name: string }[]>`
        select nspname as name from pg_namespace
        where has_schema_privilege(${role}, oid, 'usage') and nspname !~ '^pg_|^information_schema$'`;
      const needed = expectedOf(role).map((right) => right.replace(/^\w+ (\w+)\..*/, '$1'));
      expect(entered.map(({ name }) => name).sort()).toEqual([...new Set([...needed, 'public'])].sort());
    }
  });

  test('has logins that are members of nothing and have no power over the server', async () => {
    expect(
      await admin`select from pg_auth_members where pg_get_userbyid(member) = any(${[...roles]}::text[])`,
    ).toHaveLength(0);
    const powers = await admin`
      select rolname from pg_roles
      where rolname = any(${[...roles]}::text[])
        and (rolsuper or rolcreaterole or rolcreatedb or rolreplication or rolbypassrls)`;
    expect(powers).toEqual([]);
  });

  test('has objects of the owner alone, and functions that can not be led astray', async () => {
    const strange = await admin`
      select p.proname from pg_proc p
      join pg_namespace n on n.oid = p.pronamespace
      where n.nspname !~ '^pg_|^information_schema$'
        and (p.proowner <> 'anb_owner'::regrole or p.prosecdef and p.proconfig is null
          or p.prosqlbody is null and not coalesce('search_path=""' = any(p.proconfig), false))
      union all
      select c.relname from pg_class c
      join pg_namespace n on n.oid = c.relnamespace
      where n.nspname !~ '^pg_|^information_schema$' and c.relowner <> 'anb_owner'::regrole`;
    expect(strange).toEqual([]);
  });

  test('keeps what a later migration makes from all but the schema’s own service', async () => {
    const undone = new Error('undone');
    const later = admin.begin(async (owner) => {
      await owner`set local role anb_owner`;
      await owner`create table votes.later (id integer)`;
      await owner`create function votes.later_v1() returns void language sql as ''`;
      const readers = await owner`
        select rolname from pg_roles
        where rolname like 'anb_%' and has_table_privilege(oid, 'votes.later', 'select') order by rolname`;
      const callers = await owner`
        select rolname from pg_roles
        where rolname like 'anb_%' and has_function_privilege(oid, 'votes.later_v1()', 'execute')`;
      expect([readers, callers].map((rows) => rows.map(({ rolname }) => rolname))).toEqual([
        ['anb_owner', 'anb_votes'],
        ['anb_owner'],
      ]);
      throw undone;
    });
    await expect(later).rejects.toBe(undone);
  });
});
