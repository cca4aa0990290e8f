import { parseAllDocuments } from 'yaml';
import { type Config, config } from './skaffold-schema.ts';

type Sections = Pick<Config, 'build' | 'manifests' | 'deploy'>;

/** What is wrong with the text of a skaffold.yaml. */
export function skaffoldProblems(text: string): string[] {
  const documents = parseAllDocuments(text);
  if (documents.length === 0) return ['is empty'];
  const errors = documents.flatMap((document) => document.errors);
  if (errors.length > 0) return errors.map(({ message }) => message);
  return documents.flatMap((document) => {
    const { data, error } = config.safeParse(document.toJS());
    if (error) return error.issues.map(({ path, message }) => `/${path.join('/')} ${message}`);
    return [...repeatedNames(data), ...unknownImages(data)];
  });
}

function repeatedNames({ profiles = [], build: { artifacts = [] } = {} }: Config): string[] {
  const repeated = (names: string[]) => names.filter((name, index) => names.indexOf(name) !== index);
  return [
    ...repeated(profiles.map(({ name }) => name)).map((name) => `two profiles are called ${name}`),
    ...repeated(artifacts.map(({ image }) => image)).map((image) => `${image} is built twice`),
  ];
}

/** Skaffold renders the template of an image it does not build as `<no value>`, and deploys that. */
function unknownImages(data: Config): string[] {
  const builds = [data.build, ...(data.profiles ?? []).map((one) => one.build)];
  const images = builds
    .flatMap((one) => one?.artifacts ?? [])
    .map(({ image }) => image.replace(/[/.:-]/g, '_'));
  const places: Sections[] = [data, ...(data.profiles ?? [])];
  const releases = places.flatMap((place) => [place.deploy?.helm?.releases, place.manifests?.helm?.releases]);
  const templates = JSON.stringify(
    releases.flatMap((some) => some ?? []).map((one) => one.setValueTemplates),
  );
  const named = [
    ...templates.matchAll(/\bIMAGE_(?:REPO_NO_DOMAIN|REPO|TAG|DIGEST|DOMAIN|FULLY_QUALIFIED)_(\w+)/g),
  ];
  const unknown = new Set(
    named.map(([, name = '']) => name).filter((name) => !images.includes(name) && !/^\d+$/.test(name)),
  );
  return [...unknown].map((name) => `setValueTemplates name the image ${name}, which is not built`);
}
