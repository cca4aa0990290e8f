/** The day on which terms and policy came into force: TERMS_VERSION of auth, which notes it with each acceptance. */
export const inForceSince = '2026-11-22';
