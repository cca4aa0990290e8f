import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { parseDefaults } from '../src/columns.ts';
import { readWords } from '../src/config.ts';
import { Dump } from '../src/dump.ts';
import { readTime } from '../src/time.ts';

const folder = mkdtempSync(join(tmpdir(), 'anb-dump-'));
afterAll(() => rmSync(folder, { recursive: true }));

function open(name: string, content: string | Buffer, defaults: string[] = []) {
  const path = join(folder, name);
  writeFileSync(path, content);
  return Dump.open([path], parseDefaults(defaults));
}

async function rowsOf(dump: Dump, kind: 'users' | 'videos' | 'votes') {
  const rows = [];
  for await (const row of dump.rows(kind)) rows.push(row);
  return rows;
}

describe('a dump', () => {
  test.each([
    [
      'has not every column',
      'users.csv',
      'id,Nombre,Apellidos,ciudad,pais\n',
      /users\.csv: email \(email, .*correo.*\); password \(.*/,
    ],
    ['is empty', 'votes.csv', '', /is empty; its first line must name the columns/],
    [
      'is of something else',
      'other.csv',
      'a,b\n',
      /no table of users, videos or votes \(only .*other\.csv\)/,
    ],
    ['has rows as INSERT', 'a.sql', "INSERT INTO public.users VALUES (1, 'x');\n", /users are INSERT.*COPY/],
    ['is an archive', 'a.dump', 'PGDMP\u0001', /pg_restore --file dump\.sql/],
    [
      'breaks off',
      'b.sql',
      'COPY public.votes (user_id, video_id) FROM stdin;\n1\t2\n',
      /breaks off in the rows of votes/,
    ],
    [
      'has a table twice',
      'c.sql',
      `${'COPY a.votes (user_id, video_id) FROM stdin;\n\\.\n'.repeat(2)}`,
      /two tables of votes/,
    ],
  ])('is refused that %s', async (_case, name, content, message) => {
    await expect(open(name, content)).rejects.toThrow(message);
  });

  test('is refused that is not UTF-8, for its accents would be lost', async () => {
    const latin1 = Buffer.from('user_id,video_id\nperú,2\n', 'latin1');
    const votes = async () => rowsOf(await open('votes.csv', latin1), 'votes');
    await expect(votes()).rejects.toThrow(/votes\.csv is not UTF-8.*iconv/);
  });

  test('says where its quotes are wrong, and rows of another width are told one by one', async () => {
    const broken = open('votes.csv', 'user_id,video_id\n1,"2" x\n');
    await expect(broken).rejects.toThrow(/votes\.csv is no CSV: .*line 2/);
    const ragged = await open('votes.csv', 'user_id,video_id\n1,2\n1\n');
    expect((await rowsOf(ragged, 'votes')).map(({ problems }) => problems)).toEqual([
      [],
      ['has 1 fields instead of 2'],
    ]);
  });

  test('may call columns in other ways, and lack those with a value for all rows', async () => {
    const dump = await open(
      'public.Usuarios.csv',
      'usuario_id,"Nombres","Apellido",correo,Contraseña,Teléfono,city,verificado\n7,Ana,Ríos,a@b.co,x,300,,t\n',
      ['users.country=Colombia', 'users.city=Cali'],
    );
    expect(dump.describe()).toEqual([
      expect.stringMatching(
        /^users: .*\(usuario_id → id, Nombres → .* city, verificado → email_verified; ignored: Teléfono\)$/,
      ),
    ]);
    const [row] = await rowsOf(dump, 'users');
    const columns = ['id', 'first_name', 'last_name', 'email', 'password', 'city', 'country'];
    expect(columns.map((column) => row?.raw(column))).toEqual([
      '7',
      'Ana',
      'Ríos',
      'a@b.co',
      'x',
      'Cali',
      'Colombia',
    ]);
  });

  test("is read with COPY's escapes", async () => {
    const fields = ['\\N', '\\\\N', 'a\\tb\\\\tc', '\\xc3\\xa9\\303\\251', '\\\\x41\\q'];
    const row = `${fields.join('\t')}\n`;
    const dump = await open('d.sql', `COPY votes (user_id, video_id, a, b, c) FROM stdin;\n${row}\\.\n`);
    for await (const { line, problems } of dump.rows('votes')) expect([line, problems]).toEqual([2, []]);
    const columns = ['user_id', 'video_id', 'cast_at'];
    const named = await open(
      'e.sql',
      `COPY votes (user_id, video_id, cast_at) FROM stdin;\n${fields.slice(1, 4).join('\t')}\n${fields.slice(2).join('\t')}\n\\.\n`,
    );
    const rows = await rowsOf(named, 'votes');
    expect(rows.map((found) => columns.map((column) => found.raw(column)))).toEqual([
      ['\\N', 'a\tb\\tc', 'éé'],
      ['a\tb\\tc', 'éé', '\\x41q'],
    ]);
  });
});

test.each([
  ['2024-05-01', '2024-05-01T00:00:00.000Z'],
  ['2024-05-01 12:30:00', '2024-05-01T12:30:00.000Z'],
  ['2024-05-01 12:30:00.123456-05', '2024-05-01T17:30:00.123Z'],
  ['2024-05-01T12:30+0530', '2024-05-01T07:00:00.000Z'],
  ['1714566600', '2024-05-01T12:30:00.000Z'],
  ['1714566600123', '2024-05-01T12:30:00.123Z'],
  ['01/05/2024', undefined],
  ['2024-13-01', undefined],
  ['2024-02-29', '2024-02-29T00:00:00.000Z'],
  ['2024-02-31', undefined],
  ['2023-02-29 10:00:00', undefined],
  ['1970-01-01', '1970-01-01T00:00:00.000Z'],
  ['1970-01-01 00:00:00+01', undefined],
  ['0000-01-01', undefined],
  ['0001-01-01 00:00:00+01', undefined],
  ['2100-12-31 23:59:59.999', '2100-12-31T23:59:59.999Z'],
  ['2100-12-31 23:59:59-05', undefined],
  ['9999-12-31 23:59:59-05', undefined],
  ['9999999999', undefined],
])('the time %s is %s', (text, time) => {
  expect(readTime(text)).toBe(time);
});

test.each([
  [['users.csv'], /Give the older contest a name/],
  [['--source', 'x'], /Name the dump/],
  [['--source', 'x', '--colour', 'users.csv'], /--colour/],
])('the words %j are refused', (words, message) => {
  expect(() => readWords(words)).toThrow(message);
});

test('an account that never verified its e-mail is taken only when the words say so', () => {
  const words = ['--source', 'x', 'users.csv'];
  expect(readWords(words)?.mergesUnverified).toBe(false);
  expect(readWords([...words, '--merge-unverified'])?.mergesUnverified).toBe(true);
  expect(readWords(['--help'])).toBeUndefined();
});

test('a value for all rows names a column', () => {
  expect(() => parseDefaults(['country=Colombia'])).toThrow(/KIND\.COLUMN=VALUE/);
  expect(() => parseDefaults(['users.colour=red'])).toThrow(/KIND\.COLUMN=VALUE/);
});
