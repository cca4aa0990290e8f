/** What is taken of an older contest's hashes; from a cost of 15 on one comparison would hold a core for seconds. */
const BCRYPT = /^\$2[aby]\$(0[4-9]|1[0-4])\$[./A-Za-z0-9]{53}$/;

/** Whether a sign-in compares a password with such a hash. */
export const isBcrypt = (hash: string) => BCRYPT.test(hash);
