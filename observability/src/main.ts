import { writeFileSync } from 'node:fs';
import { overview } from './overview.ts';

writeFileSync(new URL('../overview.json', import.meta.url), `${JSON.stringify(overview, null, 2)}\n`);
