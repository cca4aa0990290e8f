import { type Person, readPerson } from './records.ts';
import type { Remark } from './report.ts';
import { batches, type Run } from './run.ts';
import { type StoredPeople, storePeople } from './store.ts';

const BATCH = 500;
const UNVERIFIED =
  "the account with this e-mail never verified it, so it may be somebody else's. " +
  'When its owner has reset the password, which verifies it, run this again; or with --merge-unverified. ' +
  "Until then this person's videos and votes are refused too";

export async function importPeople(run: Run): Promise<void> {
  for await (const people of batches(run, 'users', BATCH, readPerson)) {
    const stored = await run.inBatch((owner) => storePeople(owner, run.source, people, run.mergesUnverified));
    const { created, merged, unverified } = stored;
    run.counts.users.created += created.size;
    run.counts.users.merged += merged.size;
    run.counts.users.refused += unverified.size;
    run.counts.users.known += people.length - created.size - merged.size - unverified.size;
    for (const person of people) await tell(run, person, stored);
  }
}

async function tell(
  { report }: Run,
  person: Person,
  { created, merged, unverified, renewed }: StoredPeople,
): Promise<void> {
  const { line, old_id: id, has_password: hasPassword } = person;
  const add = (outcome: Remark['outcome'], reason: string) =>
    report.add({ kind: 'users', line, id, outcome, reason });
  if (unverified.has(id)) await add('refused', UNVERIFIED);
  else if (merged.has(id)) await add('merged', 'the e-mail has an account already, which stays as it is');
  else if (renewed.has(id)) {
    await add(
      'new password',
      'it changed in the older contest, and nobody has signed in here with the one before',
    );
  } else if (created.has(id) && !hasPassword) {
    await add(
      'no password',
      'the password is no bcrypt hash with a cost of 4 to 14: sign-in needs a password reset',
    );
  }
}
