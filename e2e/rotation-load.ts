import { setTimeout as sleep } from 'node:timers/promises';
import { decodeProtectedHeader } from 'jose';
import { Api, PASSWORD } from './api.ts';

const ACCOUNTS = 20;
/** Not so much that the machine is busy with it. */
const SIGN_IN_PAUSE_MS = 100;
const REQUEST_PAUSE_MS = 20;
const paths = { auth: '/api/auth/profile', videos: '/api/videos', votes: '/api/user/votes' };

export interface Target {
  service: keyof typeof paths;
  /** Where it is now; another place after a restart. */
  url: () => string;
}

interface Token {
  kid: string;
  authorization: string;
}

/** People who sign in and go on using all the tokens they have, old and new, at every replica. */
export class Load {
  readonly #targets: Target[];
  readonly #accounts: string[] = [];
  readonly #running: Promise<void>[] = [];
  #isOver = false;
  #signIns = 0;
  tokens: Token[] = [];
  /** How often each answer was given, as `votes 200`. */
  readonly answers = new Map<string, number>();

  constructor(targets: Target[]) {
    this.#targets = targets;
  }

  async start(): Promise<void> {
    const auths = this.#targets.filter(({ service }) => service === 'auth');
    const [first] = auths;
    if (!first) throw new Error('nobody signs tokens');
    await Promise.all(Array.from({ length: ACCOUNTS }, () => this.#signUp(first)));
    for (const auth of auths)
      this.#running.push(this.#repeat(() => this.#signInOnceMore(auth), SIGN_IN_PAUSE_MS));
    for (const target of this.#targets)
      this.#running.push(this.#repeat(() => this.#use(target, any(this.tokens))));
  }

  async stop(): Promise<void> {
    this.#isOver = true;
    await Promise.all(this.#running);
  }

  /** The key that a replica signs with now. */
  async signedBy(target: Target): Promise<string | undefined> {
    return (await this.#signIn(target))?.kid;
  }

  /** One that the people have; a new key's first sign-in may still be under way. */
  tokenOf(kid: string): Token {
    const token = this.tokens.find((each) => each.kid === kid);
    if (!token) throw new Error(`nobody has a token of ${kid} yet`);
    return token;
  }

  /** What each target says to a token. */
  statuses({ authorization }: Token): Promise<number[]> {
    return Promise.all(this.#targets.map((target) => status(target, authorization)));
  }

  async #repeat(once: () => Promise<void>, pauseMs = REQUEST_PAUSE_MS): Promise<void> {
    while (!this.#isOver) {
      await once();
      await sleep(pauseMs);
    }
  }

  async #signUp({ url }: Target): Promise<void> {
    const { email } = await new Api(url()).signUp();
    this.#accounts.push(email);
  }

  /** What was signed just now is the first to be refused, where its key is not known: it is used everywhere at once. */
  async #signInOnceMore(target: Target): Promise<void> {
    const token = await this.#signIn(target);
    if (!token) return;
    this.tokens.push(token);
    this.#running.push(...this.#targets.map((each) => this.#use(each, token)));
  }

  async #signIn({ url }: Target): Promise<Token | undefined> {
    const email = this.#accounts[this.#signIns++ % ACCOUNTS];
    const body = { email, password: PASSWORD };
    const answer = await new Api(url()).send('POST', '/api/auth/login', { body }).catch(() => undefined);
    this.#count(`sign-in ${answer?.status ?? 0}`);
    if (answer?.status !== 200) return undefined;
    const token = String(answer.body.access_token);
    return { kid: decodeProtectedHeader(token).kid ?? '', authorization: `Bearer ${token}` };
  }

  async #use(target: Target, token: Token | undefined): Promise<void> {
    if (token) this.#count(`${target.service} ${await status(target, token.authorization)}`);
  }

  #count(outcome: string): void {
    this.answers.set(outcome, (this.answers.get(outcome) ?? 0) + 1);
  }
}

const any = <T>(list: T[]): T | undefined => list[Math.floor(Math.random() * list.length)];

/** 0 where nothing answers. */
const status = ({ service, url }: Target, authorization: string) =>
  new Api(url())
    .send('GET', paths[service], { headers: { authorization } })
    .then((answer) => answer.status)
    .catch(() => 0);
