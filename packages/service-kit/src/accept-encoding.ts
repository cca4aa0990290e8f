const encodings = ['br', 'gzip'] as const;
export type Encoding = (typeof encodings)[number];

/** Named, and not with the weight 0, which forbids it. */
const named = Object.fromEntries(
  encodings.map((encoding) => [
    encoding,
    new RegExp(String.raw`(^|,)\s*${encoding}\s*(;\s*q=(?!0(\.0*)?\s*(,|$))[^,]*)?(,|$)`, 'i'),
  ]),
) as Record<Encoding, RegExp>;

/** Whether an `Accept-Encoding` header takes an encoding. */
export const accepts = (header: string | undefined, encoding: Encoding) =>
  header !== undefined && named[encoding].test(header);

/** The one that makes the least of a text, of those that an `Accept-Encoding` header takes. */
export const bestEncoding = (header: string | undefined) =>
  encodings.find((encoding) => accepts(header, encoding));
