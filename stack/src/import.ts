import { fileURLToPath } from 'node:url';
import { runBeside } from './beside.ts';

// npm run import -- DUMP…: an older contest into the stack that runs on DATA_DIR. Files are named as where npm was called.
const program = fileURLToPath(new URL('../../packages/import/src/main.ts', import.meta.url));
runBeside('import', program, process.argv.slice(2), process.env.INIT_CWD);
