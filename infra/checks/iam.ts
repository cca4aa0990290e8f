import type { Role } from './roles.ts';

/** What IAM would answer, of the parts of its language that our policies need; anything else is an error. */

export interface Statement {
  Effect: 'Allow' | 'Deny';
  Action: string[];
  Resource: string[];
  Condition: Record<string, Record<string, string[]>>;
}

/** Of a request: `s3:prefix`, `aws:ResourceTag/…`. */
export type Context = Record<string, string>;

export const list = <T>(value: unknown): T[] =>
  Array.isArray(value) ? value : value === undefined ? [] : [value as T];

export function readStatements(document: unknown): Statement[] {
  const { Statement } = document as { Statement: Record<string, unknown> | Record<string, unknown>[] };
  return list<Record<string, unknown>>(Statement).map(
    ({ Sid: _, Effect, Action, Resource, Condition = {}, ...more }) => {
      // Also NotAction and NotResource, which say the opposite of what they name.
      if (Object.keys(more).length > 0)
        throw new Error(`${Object.keys(more)} in a statement is not understood`);
      if (Effect !== 'Allow' && Effect !== 'Deny') throw new Error(`${Effect} is no effect`);
      return {
        Effect,
        Action: list(Action),
        Resource: list(Resource),
        Condition: readCondition(Condition as object),
      };
    },
  );
}

const readCondition = (condition: object): Statement['Condition'] =>
  Object.fromEntries(
    Object.entries(condition).map(([operator, keys]) => {
      if (!(operator in operators)) throw new Error(`the condition ${operator} is not understood`);
      return [
        operator,
        Object.fromEntries(Object.entries(keys).map(([key, value]) => [key, list(value).map(String)])),
      ];
    }),
  );

/** `*` and `?` as IAM means them. */
function matches(pattern: string, text: string): boolean {
  if (pattern.includes('${')) throw new Error(`the variable in ${pattern} is not understood`);
  const escaped = pattern.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll('\\*', '.*').replaceAll('\\?', '.')}$`, 's').test(text);
}

const operators: Record<string, (wanted: string, given: string) => boolean> = {
  StringEquals: (wanted, given) => wanted === given,
  StringLike: matches,
  // Each part of an ARN is matched alone: no wildcard reaches over a colon.
  ArnLike: (wanted, given) =>
    arnParts(wanted).every((part, place) => matches(part, arnParts(given)[place] ?? '')),
  Bool: (wanted, given) => wanted.toLowerCase() === given.toLowerCase(),
};

const arnParts = (arn: string) => [...arn.split(':').slice(0, 5), arn.split(':').slice(5).join(':')];

/** A key that the request does not have fulfils none of these. */
const holds = (condition: Statement['Condition'], context: Context) =>
  Object.entries(condition).every(([operator, keys]) =>
    Object.entries(keys).every(([key, wanted]) => {
      const given = Object.entries(context).find(([name]) => name.toLowerCase() === key.toLowerCase())?.[1];
      return given !== undefined && wanted.some((one) => operators[operator]?.(one, given));
    }),
  );

/** Whether the role's own policies let it: nothing else gives, and nothing here takes away, what they say. */
export function isAllowed(role: Role, action: string, resource: string, context: Context = {}): boolean {
  if (role.awsPolicies.length > 0) throw new Error(`${role.name} has ${role.awsPolicies}, which is not read`);
  const about = role.statements.filter(
    ({ Action, Resource, Condition }) =>
      Action.some((pattern) => matches(pattern.toLowerCase(), action.toLowerCase())) &&
      Resource.some((pattern) => matches(pattern, resource)) &&
      holds(Condition, context),
  );
  return about.some(({ Effect }) => Effect === 'Allow') && !about.some(({ Effect }) => Effect === 'Deny');
}

/** Statements that give rights on everything of a service, or of a kind of it. */
export const wildcardStatements = ({ statements }: Role): Statement[] =>
  statements.filter(({ Effect, Resource }) => Effect === 'Allow' && Resource.some(isAnything));

function isAnything(resource: string): boolean {
  if (!resource.startsWith('arn:')) return true;
  const [, , service, , , what = ''] = arnParts(resource);
  return service === 's3' ? what.startsWith('*') : /^([\w-]+[/:])?\*/.test(what);
}
