import { randomBytes } from 'node:crypto';
import type { Role } from '@anb/migrate';
import { openDatabase, type Sql } from '@anb/service-kit/database';
import { inject } from 'vitest';
import { TEMPLATE } from './global-setup.ts';
import { urlAs } from './logins.ts';

export interface TestDatabase {
  /** As the superuser, to prepare and to look. */
  admin: Sql;
  adminUrl: string;
  /** A URL as a service has it. */
  url: (role: Role) => string;
  /** A pool as a service has it; `onQuery` sees every statement. */
  connect: (role: Role, onQuery?: (query: string) => void) => Sql;
  drop: () => Promise<void>;
}

/** A database of its own, with every migration applied. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const serverUrl = inject('databaseUrl');
  const name = `test_${randomBytes(6).toString('hex')}`;
  const server = openDatabase({ url: serverUrl, max: 1, applicationName: 'testing', patient: true });
  await server`create database ${server(name)} template ${server(TEMPLATE)}`;
  const adminUrl = serverUrl.replace(/postgres$/, name);
  const url = (role: Role) => urlAs(role, adminUrl);
  const admin = openDatabase({ url: adminUrl, max: 3, applicationName: 'testing', patient: true });
  const open: Sql[] = [admin];
  return {
    admin,
    adminUrl,
    url,
    connect: (role, onQuery) => {
      const sql = openDatabase({
        url: url(role),
        max: 10,
        applicationName: role,
        ...(onQuery && { onQuery }),
      });
      open.push(sql);
      return sql;
    },
    drop: async () => {
      await Promise.all(open.map((sql) => sql.end({ timeout: 1 })));
      await server`drop database ${server(name)} with (force)`;
      await server.end();
    },
  };
}
