import { multipartsWithoutRows, objectsWithoutRows, rowsWithoutObjects } from '../audit.ts';
import { openForCommand, runCommand } from './command.ts';

// Compares the store with the catalogue; changes nothing. Exit 1 when they differ.
const MAX_NAMED = 1000;

await runCommand('audit', async () => {
  const { sql, objects, close } = openForCommand('audit');
  const orphans: string[] = [];
  const missing: string[] = [];
  for await (const { key } of objectsWithoutRows(sql, objects)) orphans.push(key);
  for (const { key } of await multipartsWithoutRows(sql, objects)) orphans.push(`${key} (parts)`);
  for await (const key of rowsWithoutObjects(sql, objects)) missing.push(key);
  await close();
  return {
    outcome: {
      objects_without_rows: orphans.slice(0, MAX_NAMED),
      rows_without_objects: missing.slice(0, MAX_NAMED),
      objects_without_rows_total: orphans.length,
      rows_without_objects_total: missing.length,
    },
    isGood: orphans.length + missing.length === 0,
  };
});
