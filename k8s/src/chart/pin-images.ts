import { readFileSync, writeFileSync } from 'node:fs';
import { parseDocument } from 'yaml';

// Puts a registry and the images' digests into a values.yaml, comments kept:
//   node k8s/src/chart/pin-images.ts VALUES REGISTRY DIGESTS     (DIGESTS: lines of "target sha256:…")
const [file = '', registry = '', digests = ''] = process.argv.slice(2);
const values = parseDocument(readFileSync(file, 'utf8'));
values.setIn(['image', 'registry'], registry);
for (const line of readFileSync(digests, 'utf8').trim().split('\n')) {
  const [target = '', digest = ''] = line.split(' ');
  values.setIn([target, 'image', 'digest'], digest);
}
writeFileSync(file, values.toString({ lineWidth: 0 }));
