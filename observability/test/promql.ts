import { parser } from '@prometheus-io/lezer-promql';

export interface Matcher {
  label: string;
  operator: '=' | '!=' | '=~' | '!~';
  value: string;
}

/** One place of an expression that reads series: a metric and what its labels must be. */
export interface Selector {
  metric: string;
  matchers: Matcher[];
}

/** Every selector of a PromQL expression. */
export function selectorsOf(expr: string): Selector[] {
  const found: Selector[] = [];
  const text = ({ from, to }: { from: number; to: number }) => expr.slice(from, to);
  parser.parse(expr).iterate({
    enter(node) {
      if (node.type.isError) throw new Error(`not PromQL at ${node.from}: ${expr}`);
      if (node.name === 'VectorSelector') {
        const name = node.node.getChild('Identifier');
        found.push({ metric: name ? text(name) : '', matchers: [] });
      }
      if (node.name === 'UnquotedLabelMatcher') {
        const [label, operator, value] = ['LabelName', 'MatchOp', 'StringLiteral'].map((part) => {
          const child = node.node.getChild(part);
          return child ? text(child) : '';
        });
        found.at(-1)?.matchers.push({
          label: label ?? '',
          operator: operator as Matcher['operator'],
          value: value?.slice(1, -1) ?? '',
        });
      }
    },
  });
  return found;
}
