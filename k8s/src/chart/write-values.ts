import { stringify } from 'yaml';
import { z } from 'zod';
import { defaultOf } from '../template/values.ts';

type Shape = [string, z.ZodType][];

const shapeOf = (node: z.ZodType): Shape => (node instanceof z.ZodObject ? Object.entries(node.shape) : []);

/** values.yaml: every value with its default and what it means. */
export function valuesYaml(schema: z.ZodType): string {
  return `${shapeOf(schema)
    .map((entry) => valueLines(entry, '').join('\n'))
    .join('\n\n')}\n`;
}

function valueLines([key, node]: Shape[number], pad: string): string[] {
  const comment = `${pad}# ${node.description}`;
  const children = shapeOf(node);
  if (children.length > 0)
    return [comment, `${pad}${key}:`, ...children.flatMap((child) => valueLines(child, `${pad}  `))];
  const text = stringify({ [key]: defaultOf(node) }, { lineWidth: 0 }).trimEnd();
  return [comment, ...text.split('\n').map((line) => pad + line)];
}

/** values.schema.json; Helm 3 knows draft 7 only. */
export function valuesSchema(schema: z.ZodType): string {
  const json = z.toJSONSchema(schema, {
    target: 'draft-7',
    io: 'output',
    override: ({ jsonSchema }) => {
      // Written in values.yaml; a second place would only be longer.
      delete jsonSchema.default;
    },
  });
  return `${JSON.stringify(json, null, 2)}\n`;
}

/** The README's tables of values, one a section. */
export function valuesTables(schema: z.ZodType): string {
  const top = shapeOf(schema);
  const leaves = top.filter(([, node]) => shapeOf(node).length === 0);
  const sections = top.filter(([, node]) => shapeOf(node).length > 0);
  return [
    table(leaves.map(([key, node]) => row(key, node))),
    ...sections.map(([key, node]) => `### ${key}\n\n${node.description}\n\n${table(rowsBelow(key, node))}`),
  ].join('\n\n');
}

const table = (rows: string[]) => ['| Value | Default | Meaning |', '|---|---|---|', ...rows].join('\n');

const rowsBelow = (path: string, node: z.ZodType): string[] =>
  shapeOf(node).flatMap(([key, child]) =>
    shapeOf(child).length > 0 ? rowsBelow(`${path}.${key}`, child) : [row(`${path}.${key}`, child)],
  );

const row = (path: string, node: z.ZodType) =>
  `| \`${path}\` | \`${JSON.stringify(defaultOf(node))}\` | ${(node.description ?? '').replaceAll('|', '\\|')} |`;
