/** The day on which terms and policy came into force: TERMS_VERSION of auth, which notes it with each acceptance. */
export const inForceSince = '2026-11-22';
export const since = (date: string) => `Rigen desde el ${date}.`;
export const contact = 'Escríbenos a';
/** Where the operator has named no address. */
export const noContact = 'Escríbenos por el canal de atención que la organización anuncia con el torneo.';

export interface Section {
  title: string;
  paragraphs?: readonly string[];
  list?: readonly string[];
  /** Whether the organisation's address follows. */
  isContact?: true;
}
