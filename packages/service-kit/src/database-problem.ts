import type { Sql } from './database.ts';

/** What keeps a program from its database and what to do about it; undefined for any other error. */
export function explainDatabaseError(error: unknown, sql: Sql): string | undefined {
  const { code = '', message = '', detail } = error as { code?: string; message?: string; detail?: string };
  const { host, port, user, database } = sql.options;
  const where = `${host[0]}:${port[0]}`;
  const told = detail ? `${message}. ${detail}` : message;
  switch (code) {
    case '28P01':
      return `${where} refuses the password of "${user}". Correct it in DATABASE_URL or in the file that DATABASE_PASSWORD_FILE names.`;
    case '28000':
      return `${where} does not let "${user}" in (${message}). May the role log in? If it asks for encryption, add ?sslmode=verify-full to DATABASE_URL.`;
    case '3D000':
      return `${where} has no database "${database}". Create it, owned by the role that migrates, or correct DATABASE_URL.`;
    case '42501':
      return `"${user}" may not do that (${told}). Migrations need a role with CREATEROLE that owns the database: alter role "${user}" createrole; alter database "${database}" owner to "${user}".`;
    case '57P03':
      return `${where} is starting up or shutting down. Try again in a moment.`;
    case '53300':
      return `${where} has no connection left. Lower the pools or the replicas, or raise max_connections.`;
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return `There is no host "${host[0]}". Correct DATABASE_URL, or see to the cluster's name service.`;
    case 'ECONNREFUSED':
    case 'CONNECT_TIMEOUT':
    case 'ETIMEDOUT':
    case 'EHOSTUNREACH':
      return `Nothing answers at ${where} (${code}). Does Postgres run there, and do security group and network policy let this program through?`;
  }
  if (/CERT|UNABLE_TO_|ERR_SSL|ERR_TLS/.test(code))
    return `The TLS certificate of ${where} is not accepted (${code}: ${message}). DATABASE_CA_FILE names more authorities; the host must be the one in the certificate.`;
  return undefined;
}
