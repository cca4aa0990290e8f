import { deleteAccount } from '../store/personal-data.ts';
import { runOnAccount } from './command.ts';

// For who asks for it and can not sign in. Does what DELETE /api/auth/account does.
await runOnAccount('delete-account', async (sql, userId, email) => {
  await deleteAccount(sql, userId);
  return `${email}: account ${userId} is deleted and signed out everywhere; its clips are gone within a minute, those in work within an hour`;
});
