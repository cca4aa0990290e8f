/**
 * Where to go on after signing in: a path of this site, or the panel.
 * @param wished what an address says, so by anybody
 */
export function destination(wished: string | null, { origin }: { origin: string } = location): string {
  const otherwise = `${origin}/panel`;
  if (!wished?.startsWith('/') || !URL.canParse(wished, origin)) return otherwise;
  const url = new URL(wished, origin);
  // The whole address: a path like /.//evil.example would be read as another host.
  return url.origin === origin ? url.href : otherwise;
}

export const askedDestination = () => destination(new URLSearchParams(location.search).get('destino'));
