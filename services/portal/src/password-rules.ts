/** What a password must be, as auth judges it, but for its list of common ones; and a guess at how good it is. */

export const SHORTEST = 8;
export const LONGEST = 128;

export const isLongEnough = ({ length }: string) => length >= SHORTEST && length <= LONGEST;

/** What is known of a person, which is guessed first. */
export interface Person {
  first_name?: string;
  last_name?: string;
  email?: string;
}

export function isPersonal(password: string, { first_name = '', last_name = '', email = '' }: Person) {
  const known = [first_name, last_name, first_name + last_name, email, email.split('@')[0] ?? ''];
  return known.map(bare).some((text) => text !== '' && text === bare(password));
}

const bare = (text: string) =>
  text
    .normalize('NFD')
    .replace(/[\p{M}\s]/gu, '')
    .toLowerCase();

/** From 1, guessed at once, to 4. */
export type Strength = 1 | 2 | 3 | 4;

/** Bits from which a password is weak, good, very good; a guess, as who guesses knows more tricks than these. */
const STEPS = [30, 45, 65] as const;
const RUNS = ['abcdefghijklmnopqrstuvwxyz', '01234567890', 'qwertyuiop', 'asdfghjklñ', 'zxcvbnm'];
const KINDS = [
  [/[a-zñ]/, 26],
  [/[A-ZÑ]/, 26],
  [/\d/, 10],
  [/[^a-zñA-ZÑ\d]/, 30],
] as const;

export function passwordStrength(password: string): Strength {
  const alphabet = KINDS.reduce((size, [kind, more]) => (kind.test(password) ? size + more : size), 1);
  const bits = surprises(password.toLowerCase()) * Math.log2(alphabet);
  return (1 + STEPS.filter((step) => bits >= step).length) as Strength;
}

/** Characters that do not follow from those before them: by repetition, or along the alphabet or the keyboard. */
function surprises(text: string): number {
  const characters = [...text];
  const pairs = characters.slice(1).map((character, index) => characters[index] + character);
  const fresh = new Set(pairs.filter((pair) => !isRun(pair)));
  // What comes again is worth little.
  return (1 + fresh.size + new Set(characters).size) / 2;
}

const isRun = (pair: string) =>
  RUNS.some((run) => run.includes(pair) || run.includes([...pair].reverse().join(''))) || pair[0] === pair[1];
