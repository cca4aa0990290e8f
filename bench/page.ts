export interface Page {
  path: string;
  headers: Record<string, string>;
  body: string;
}

/** As it is answered now, with every header but those that Node sets. */
export async function readPage(port: number, path: string): Promise<Page> {
  const url = `http://127.0.0.1:${port}${path}`;
  const answer = await fetch(url, { headers: { 'accept-encoding': 'identity' } });
  if (!answer.ok) throw new Error(`${url} answered ${answer.status}`);
  const {
    connection,
    date,
    'keep-alive': _,
    'content-length': __,
    ...headers
  } = Object.fromEntries(answer.headers);
  return { path, headers, body: await answer.text() };
}
