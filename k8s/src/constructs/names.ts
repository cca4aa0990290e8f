import { ports } from '@anb/topology';
import manifest from '../../../package.json' with { type: 'json' };
import { Expression, entriesOf, type Text, text } from '../template/placeholders.ts';
import { values } from '../values.ts';

export const PRODUCT = 'rising-stars';

export const version = new Expression('.Chart.AppVersion', manifest.version);
export const release = new Expression('.Release.Name', PRODUCT);
const fullname = new Expression(`include "${PRODUCT}.fullname" .`, PRODUCT);

/** The name of an object: the release's, then what it is. */
export const named = (what: string): Text => text`${fullname}-${what}`;

/** Which pods a Service, a Deployment or a policy means; immutable, so nothing may be added. */
export const selectorLabels = (name: string) => ({
  'app.kubernetes.io/name': name,
  'app.kubernetes.io/instance': release,
});

/** What all pods of the release have, and nothing else. */
export const releaseLabels = {
  'app.kubernetes.io/instance': release,
  'app.kubernetes.io/part-of': PRODUCT,
};

type Labels = Expression<Record<string, string>>;

/** @param own win over those of every object */
export const labels = (name: string, own?: Labels) => ({
  ...selectorLabels(name),
  'app.kubernetes.io/part-of': PRODUCT,
  'app.kubernetes.io/version': version,
  ...entriesOf(own ? merged(own, values.commonLabels) : values.commonLabels),
});

const merged = (own: Labels, common: Labels) =>
  new Expression(`merge dict ${own.source} ${common.source}`, { ...common.plain, ...own.plain });

/** Where one of our HTTP services is found inside the cluster. */
export const serviceUrl = (service: string) => text`http://${named(service)}:${String(ports.http)}`;

export const metadata = (name: string, what = name) => ({ name: named(what), labels: labels(name) });

/** `.Values.auth` of `.Values.auth.image`. */
const pathOf = ({ source }: Expression) => source.slice(0, source.lastIndexOf('.'));

interface ImageValues {
  repository: Expression<string>;
  tag: Expression<string>;
  digest: Expression<string>;
}

export const image = ({ repository }: ImageValues) =>
  new Expression(
    `include "${PRODUCT}.image" (list . ${pathOf(repository)})`,
    `${repository.plain}:${version.plain}`,
  );

export const serviceAccountName = (what: string, given: { name: Expression<string> }) =>
  new Expression(
    `${given.name.source} | default (printf "%s-${what}" (include "${PRODUCT}.fullname" .))`,
    `${PRODUCT}-${what}`,
  );

/** A Job can not be changed: without the hook that deletes the last one, each revision needs its own. */
export const migrateName = new Expression(`include "${PRODUCT}.migrateName" .`, `${PRODUCT}-migrate`);

/** Connections of a rollout at full scale; the sum is the helper's, this is what it comes to by default. */
export const databaseConnections = new Expression(`include "${PRODUCT}.databaseConnections" .`, '344');
