/**
 * The terms and the privacy notice that a sign-up accepts, by the day they came into force; stored with each
 * acceptance. Whoever changes a text (terms.ts and privacy.ts of services/portal/src/texts/es) sets the day of the new one here, in the same
 * commit.
 */
export const TERMS_VERSION = '2026-11-22';
