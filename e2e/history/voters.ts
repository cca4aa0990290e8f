import type { Sql } from '@anb/service-kit/database';
import { AUDIENCE, createPlayers, ISSUER } from '@anb/testing/players';
import { SignJWT } from 'jose';

/** So many accounts that votes which are not there yet never run out; each gets its token when it first votes. */
export class Voters {
  /** The authorization of one who may void votes. */
  readonly organiser: string;
  readonly #first: number;
  readonly #count: number;
  readonly #sign: (voter: number) => Promise<string>;
  readonly #authorizations = new Map<number, Promise<string>>();

  private constructor(
    organiser: string,
    first: number,
    count: number,
    sign: (voter: number) => Promise<string>,
  ) {
    this.organiser = organiser;
    this.#first = first;
    this.#count = count;
    this.#sign = sign;
  }

  static async create(admin: Sql, count: number): Promise<Voters> {
    const { kid, privateKey, signUp } = await createPlayers(admin);
    const { id: last, authorization } = await signUp({ role: 'organiser' });
    await admin`
      insert into auth.users
        (first_name, last_name, name_key, city, city_key, country, email, password_hash)
      select 'Ana', 'Ríos', 'ana rios', 'Cali', 'cali', 'Colombia', 'voter-' || n || '@example.com', 'none'
      from generate_series(1, ${count}) n`;
    const sign = async (voter: number) => {
      const token = await new SignJWT({ sid: crypto.randomUUID(), role: 'player' })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(String(voter))
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      return `Bearer ${token}`;
    };
    return new Voters(authorization, last + 1, count, sign);
  }

  /** The nth, again from the first when there are no more. */
  at(n: number): number {
    return this.#first + (n % this.#count);
  }

  authorization(voter: number): Promise<string> {
    const known = this.#authorizations.get(voter) ?? this.#sign(voter);
    this.#authorizations.set(voter, known);
    return known;
  }
}
