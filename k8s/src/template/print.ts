import { stringify } from 'yaml';
import { Each, Expression, Gate, Spread, Text } from './placeholders.ts';

/** Writes a tree of placeholders as a Helm template, as one would by hand. */
export function print(tree: object, condition?: Expression): string {
  const lines = mapLines(tree, '');
  return `${(condition ? fence(`if ${condition.source}`, '', lines) : lines).join('\n')}\n`;
}

const fence = (head: string, pad: string, lines: string[]) => [
  `${pad}{{- ${head} }}`,
  ...lines,
  `${pad}{{- end }}`,
];

function mapLines(map: object, pad: string): string[] {
  const lines: string[] = [];
  const entries = Object.entries(map).filter(([, node]) => node !== undefined);
  while (entries.length > 0) {
    const [key, node] = entries.shift() as [string, unknown];
    if (!(node instanceof Gate)) {
      lines.push(...entryLines(key, node, pad));
      continue;
    }
    // Neighbours under one condition share its fence.
    const gated = [[key, node.body] as const];
    while (isGatedBy(entries[0]?.[1], node.condition)) {
      const [next, gate] = entries.shift() as [string, Gate];
      gated.push([next, gate.body]);
    }
    const inner = gated.flatMap(([k, body]) => entryLines(k, body, pad));
    lines.push(...fence(`if ${node.condition.source}`, pad, inner));
  }
  return lines;
}

const isGatedBy = (node: unknown, { source }: Expression) =>
  node instanceof Gate && node.condition.source === source;

function entryLines(key: string, node: unknown, pad: string): string[] {
  if (node instanceof Spread) return spreadLines(node, pad);
  if (node instanceof Gate) return mapLines({ [key]: node }, pad);
  if (isBlock(node))
    return fence(`with ${node.source}`, pad, [
      `${pad}${key}:`,
      `${pad}  {{- toYaml . | nindent ${pad.length + 2} }}`,
    ]);
  const lines = nodeLines(node, `${pad}  `);
  return isInline(node) ? [`${pad}${scalar(key)}: ${lines[0]}`] : [`${pad}${scalar(key)}:`, ...lines];
}

function itemLines(node: unknown, pad: string): string[] {
  if (node instanceof Spread) return spreadLines(node, pad);
  if (node instanceof Gate) return fence(`if ${node.condition.source}`, pad, itemLines(node.body, pad));
  if (node instanceof Each) {
    const entry = new Expression('.', '');
    const inner = itemLines(node.body(entry), pad).map((line) =>
      // Within the loop the dot is the entry.
      line.replace(/(?<![\w$.)])\.(Values|Release|Chart)\b/g, '$.$1'),
    );
    return fence(`range ${node.list.source}`, pad, inner);
  }
  if (isInline(node)) return [`${pad}- ${nodeLines(node, pad)[0]}`];
  const [first = '', ...rest] = nodeLines(node, `${pad}  `);
  // A directive may not follow the dash: what it trims would join the lines.
  if (first.trimStart().startsWith('{{-')) return [`${pad}-`, first, ...rest];
  return [`${pad}- ${first.trimStart()}`, ...rest];
}

const spreadLines = ({ of }: Spread, pad: string) =>
  fence(`with ${of.source}`, pad, [`${pad}{{- toYaml . | nindent ${pad.length} }}`]);

const isBlock = (node: unknown): node is Expression =>
  node instanceof Expression && typeof node.plain === 'object';
const isInline = (node: unknown) =>
  typeof node !== 'object' ||
  node === null ||
  node instanceof Expression ||
  node instanceof Text ||
  Object.keys(node).length === 0;

function nodeLines(node: unknown, pad: string): string[] {
  if (node instanceof Expression) return [inline(node)];
  if (node instanceof Text)
    return [`"${node.parts.map((part) => (part instanceof Expression ? braces(part) : part)).join('')}"`];
  if (isInline(node)) return [scalar(node)];
  if (Array.isArray(node)) return node.flatMap((item) => itemLines(item, pad));
  return mapLines(node as object, pad);
}

/** Helm reads numbers as floats: without `int`, 1000000 would be written 1e+06. */
const braces = ({ source, plain }: Expression) =>
  `{{ ${source}${typeof plain === 'number' ? ' | int' : ''} }}`;

const inline = (value: Expression) =>
  typeof value.plain === 'string' ? `{{ ${value.source} | quote }}` : braces(value);

/** A literal; double braces in it are not for Helm. */
const scalar = (value: unknown) =>
  stringify(value, { lineWidth: 0, version: '1.1' }).trimEnd().replaceAll('{{', '{{ "{{" }}');
