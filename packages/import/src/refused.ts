/** Why nothing, or nothing more, is imported; to be read by the operator. */
export class ImportRefused extends Error {
  override name = 'ImportRefused';
}
