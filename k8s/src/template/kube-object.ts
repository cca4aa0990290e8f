import { ApiObject, App, type IResolver, type ResolutionContext } from 'cdk8s';
import type { Construct } from 'constructs';
import { evaluate } from './evaluate.ts';
import { type Expression, Placeholder, type Templated, truthy } from './placeholders.ts';
import { print } from './print.ts';

interface Kind {
  readonly apiVersion: string;
  readonly kind: string;
}

const MARK = '$placeholder';

/** cdk8s renders plain data only: placeholders travel through it as numbered marks. */
class PlaceholderMarks implements IResolver {
  readonly #placeholders: Placeholder[] = [];

  resolve(context: ResolutionContext): void {
    if (context.value instanceof Placeholder)
      context.replaceValue({ [MARK]: this.#placeholders.push(context.value) - 1 });
  }

  restore(node: unknown): unknown {
    if (Array.isArray(node)) return node.map((item) => this.restore(item));
    if (typeof node !== 'object' || node === null) return node;
    if (MARK in node) return this.#placeholders[node[MARK] as number];
    return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, this.restore(value)]));
  }
}

/** A cdk8s app whose objects may hold placeholders. */
export class TemplateApp extends App {
  readonly marks: PlaceholderMarks;

  constructor() {
    const marks = new PlaceholderMarks();
    super({ resolvers: [marks] });
    this.marks = marks;
  }
}

/**
 * A Kubernetes object in a template file of its own, named by its place in the construct tree:
 * `auth/deployment` becomes templates/auth/deployment.yaml.
 */
export class KubeObject<Props = unknown> extends ApiObject {
  readonly #condition: Expression | undefined;
  readonly #metadata: unknown;

  /** @param condition when given, the object exists only where it holds */
  constructor(scope: Construct, id: string, kind: Kind, props: Templated<Props>, condition?: Expression) {
    const { metadata, ...rest } = props as { metadata: unknown };
    super(scope, id, { apiVersion: kind.apiVersion, kind: kind.kind, ...rest });
    this.#metadata = metadata;
    this.#condition = condition;
  }

  /** The object under the default values, or null when they leave it out. */
  manifest(): object | null {
    if (this.#condition && !truthy(this.#condition.plain)) return null;
    return evaluate(this.#tree()) as object;
  }

  template(): string {
    return print(this.#tree(), this.#condition);
  }

  #tree(): object {
    const { apiVersion, kind, metadata: _sorted, ...rest } = this.toJson();
    const filled = (App.of(this) as TemplateApp).marks.restore(rest) as object;
    // cdk8s would sort the metadata and lose the place of what is spread into it.
    return { apiVersion, kind, metadata: this.#metadata, ...filled };
  }
}
