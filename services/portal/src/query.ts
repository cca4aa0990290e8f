/** @returns the path with what is defined of the query */
export function address(path: string, query: Record<string, string | number | undefined>): string {
  const given = Object.entries(query).flatMap(([name, value]) =>
    value === undefined || value === '' ? [] : [[name, String(value)]],
  );
  return given.length === 0 ? path : `${path}?${new URLSearchParams(given)}`;
}

/** Of a query; the first where it is not said. @returns undefined when it is none */
export const pageNumber = (text: string | undefined) =>
  text === undefined ? 1 : /^[1-9]\d{0,5}$/.test(text) ? Number(text) : undefined;
