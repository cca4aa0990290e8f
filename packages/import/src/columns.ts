import { ImportRefused } from './refused.ts';

export const kinds = ['users', 'videos', 'votes'] as const;
export type Kind = (typeof kinds)[number];

/** What tables are called elsewhere. */
export const tableNames: Record<Kind, readonly string[]> = {
  users: [
    'users',
    'user',
    'players',
    'accounts',
    'auth_user',
    'app_user',
    'usuarios',
    'usuario',
    'jugadores',
  ],
  videos: ['videos', 'video'],
  votes: ['votes', 'vote', 'votos', 'voto'],
};

/** What columns are called elsewhere, the better one first. */
const columnNames: Record<Kind, Record<string, readonly string[]>> = {
  users: {
    id: ['id', 'user_id', 'usuario_id', 'uuid'],
    first_name: ['first_name', 'firstname', 'given_name', 'nombre', 'nombres'],
    last_name: ['last_name', 'lastname', 'surname', 'family_name', 'apellido', 'apellidos'],
    email: ['email', 'e_mail', 'email_address', 'mail', 'correo', 'correo_electronico'],
    password: [
      ...['password_hash', 'hashed_password', 'encrypted_password', 'password_digest'],
      ...['hash_contrasena', 'password', 'contrasena'],
    ],
    city: ['city', 'ciudad'],
    country: ['country', 'pais'],
    created_at: ['created_at', 'registered_at', 'date_joined', 'fecha_registro', 'fecha_creacion'],
    email_verified: ['email_verified', 'email_verified_at', 'is_verified', 'verified', 'verificado'],
    deleted_at: ['deleted_at', 'fecha_eliminacion'],
  },
  videos: {
    id: ['id', 'video_id', 'uuid'],
    user_id: ['user_id', 'owner_id', 'player_id', 'usuario_id', 'jugador_id'],
    title: ['title', 'titulo', 'name', 'nombre'],
    is_public: ['is_public', 'public', 'published', 'es_publico', 'publico'],
    uploaded_at: ['uploaded_at', 'created_at', 'fecha_subida', 'fecha_carga', 'fecha_creacion'],
    file: [
      ...['original_url', 'original_path', 'original_key', 'original_file', 'file_path', 'filepath'],
      ...['file', 'path', 'video_url', 'url', 'archivo', 'ruta', 'original_filename', 'filename'],
    ],
    filename: ['original_filename', 'filename', 'nombre_archivo'],
    deleted_at: ['deleted_at', 'fecha_eliminacion'],
  },
  votes: {
    user_id: ['user_id', 'voter_id', 'usuario_id', 'votante_id'],
    video_id: ['video_id'],
    cast_at: ['cast_at', 'voted_at', 'created_at', 'fecha_voto', 'fecha'],
  },
};

const needed: Record<Kind, readonly string[]> = {
  users: ['id', 'first_name', 'last_name', 'email', 'password', 'city', 'country'],
  videos: ['id', 'user_id', 'title', 'is_public'],
  votes: ['user_id', 'video_id'],
};

/** Values for what a dump has no column for, or leaves empty, by kind and column. */
export type Defaults = Partial<Record<Kind, ReadonlyMap<string, string>>>;

export interface Layout {
  /** Where in a row each of our columns stands. */
  places: ReadonlyMap<string, number>;
  ignored: string[];
  missing: string[];
}

/** Finds our columns among a dump's. */
export function layoutOf(kind: Kind, columns: readonly string[], defaults: Defaults): Layout {
  const given = columns.map(snakeCase);
  const places = new Map<string, number>();
  for (const [column, names] of Object.entries(columnNames[kind])) {
    const name = names.find((name) => given.includes(name));
    if (name !== undefined) places.set(column, given.indexOf(name));
  }
  const used = new Set(places.values());
  return {
    places,
    ignored: columns.filter((_column, place) => !used.has(place)),
    missing: needed[kind].filter((column) => !places.has(column) && !defaults[kind]?.has(column)),
  };
}

/** What is missing of a dump is told with every name by which it is looked for. */
export const describeMissing = (kind: Kind, missing: readonly string[]) =>
  missing.map((column) => `${column} (${columnNames[kind][column]?.join(', ')})`).join('; ');

/** `users.city=Cali`, as it is given to --default. */
export function parseDefaults(words: readonly string[]): Defaults {
  const defaults: Partial<Record<Kind, Map<string, string>>> = {};
  for (const word of words) {
    const [, kind, column, value] = /^(users|videos|votes)\.(\w+)=(.+)$/s.exec(word) ?? [];
    if (!kind || !column || !value || !(column in columnNames[kind as Kind])) {
      throw new ImportRefused(`--default ${word}: write KIND.COLUMN=VALUE, as in users.country=Colombia`);
    }
    const ofKind = defaults[kind as Kind] ?? new Map<string, string>();
    defaults[kind as Kind] = ofKind.set(column, value);
  }
  return defaults;
}

/** `firstName`, `First Name` and `FIRST_NAME` are one. */
const snakeCase = (column: string) =>
  column
    .trim()
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .replace(/([a-z\d])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase();
