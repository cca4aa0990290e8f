import { randomUUID } from 'node:crypto';
import { comparisonKey } from '@anb/service-kit/comparison-key';
import type { Sql } from '@anb/service-kit/database';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export const ISSUER = 'test-issuer';
export const AUDIENCE = 'test-audience';

export interface Player {
  id: number;
  sessionId: string;
  /** `Bearer …`, for the authorization header. */
  authorization: string;
}

export interface PlayerDetails {
  first_name: string;
  last_name: string;
  city: string;
  role: 'player' | 'organiser';
}

/** Publishes a signing key as auth does, and signs players in with it, without asking auth. */
export async function createPlayers(admin: Sql) {
  const { publicKey, privateKey } = await generateKeyPair('ES256', { extractable: true });
  const kid = randomUUID();
  await admin`
    insert into auth.signing_keys (kid, public_jwk)
    values (${kid}, ${admin.json({ kid, ...(await exportJWK(publicKey)) } as { kid: string })})`;

  return {
    kid,
    privateKey,
    publicKey,
    signUp: async (details: Partial<PlayerDetails> = {}): Promise<Player> => {
      const { first_name, last_name, city, role } = {
        first_name: 'Ana',
        last_name: 'Ríos',
        city: 'Bogotá',
        role: 'player',
        ...details,
      };
      const [user] = await admin<{ id: number }[]>`
        insert into auth.users ${admin({
          first_name,
          last_name,
          name_key: comparisonKey(`${first_name} ${last_name}`),
          city,
          city_key: comparisonKey(city),
          country: 'Colombia',
          email: `${randomUUID()}@example.com`,
          password_hash: 'none',
        })}
        returning id`;
      const id = user?.id ?? 0;
      const [session] = await admin<{ id: string }[]>`
        insert into auth.sessions (user_id, expires_at)
        values (${id}, now() + interval '1 day')
        returning id`;
      const sessionId = session?.id ?? '';
      const token = await new SignJWT({ sid: sessionId, role })
        .setProtectedHeader({ alg: 'ES256', typ: 'at+jwt', kid })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(String(id))
        .setIssuedAt()
        .setExpirationTime('1h')
        .sign(privateKey);
      return { id, sessionId, authorization: `Bearer ${token}` };
    },
  };
}

export interface VideoDetails {
  title: string;
  is_public: boolean;
  status: 'uploaded' | 'processing' | 'processed' | 'failed';
  city: string;
  published_at: Date;
  deleted: boolean;
}

/** Puts a video into the catalogue as if it had been uploaded and processed. */
export async function createVideo(
  admin: Sql,
  userId: number,
  details: Partial<VideoDetails> = {},
): Promise<string> {
  const { title, is_public, status, city, published_at, deleted } = {
    title: 'Triple desde la esquina',
    is_public: true,
    status: 'processed' as const,
    city: 'Bogotá',
    published_at: new Date(),
    deleted: false,
    ...details,
  };
  const id = randomUUID();
  const processed = status === 'processed';
  await admin`
    insert into videos.videos ${admin({
      id,
      user_id: userId,
      title,
      title_key: comparisonKey(title),
      original_filename: 'clip.mp4',
      original_key: `originals/${id}`,
      is_public,
      status,
      city: processed ? city : null,
      city_key: processed ? comparisonKey(city) : null,
      processed_at: processed ? published_at : null,
      published_at: processed && is_public ? published_at : null,
      media_version: processed ? randomUUID() : null,
      duration_seconds: processed ? 16.5 : null,
      failure_code: status === 'failed' ? 'unreadable' : null,
      deleted_at: deleted ? new Date() : null,
    })}`;
  return id;
}
