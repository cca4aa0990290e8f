import { type Role, roles } from '@anb/migrate';

/** Of every login, the superuser's too: the servers listen on loopback and live as long as a run. */
export const PASSWORD = 'only-for-tests';

export const passwords = Object.fromEntries(roles.map((role) => [role, PASSWORD])) as Record<Role, string>;

/** A database's URL for another login. */
export const urlAs = (role: Role, url: string) => url.replace(/\/\/[^@]*@/, `//${role}:${PASSWORD}@`);
