import { exportPersonalData } from '../store/personal-data.ts';
import { runOnAccount } from './command.ts';

// For who asks for it and can not sign in. Writes what GET /api/auth/account/export answers.
await runOnAccount('export-account', async (sql, userId) =>
  JSON.stringify(await exportPersonalData(sql, userId), null, 2),
);
